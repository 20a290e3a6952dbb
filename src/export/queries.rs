//! `queries.sql`: how `shipments` is made, and the counts and sums of every finding, as any engine can run them over this folder.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::answer::{Answer, Countable};
use crate::model::question::{Grouping, Question};
use crate::store::sql::{Level, Movements, Query};

/// Writes the queries of the findings; `view` is the text by which `shipments` was made from the store.
pub fn write(folder: &RunFolder, title: &str, view: &str, queries: &[Query], findings: &[(Question, Answer)]) -> Result<()> {
    let mut text = format!(
        "-- {}\n-- The numbers of this run, over shipments.parquet, members.parquet and goods.parquet of this folder.\n\
         -- In DuckDB: CREATE VIEW shipments AS SELECT * FROM 'shipments.parquet'; likewise members and goods.\n\
         -- shipments was made from the store's parts by this text, cut to the loosest range of the findings:\n",
        title.replace('\n', " ")
    );
    for line in view.lines() {
        text.push_str(&format!("--   {line}\n"));
    }
    for (query, (question, answer)) in queries.iter().zip(findings) {
        // What is compared has no total.
        let levels = Level::ALL.into_iter().filter(|_| answer.countable != Countable::Mirrors);
        for level in levels {
            text.push_str(&format!("\n-- finding {}, {}, total\n", query.id, level.as_str()));
            text.push_str(&query.counts(level, Movements::Crossings, &[]));
            text.push_str(";\n");
        }
        let by = question.columns_by();
        if !by.is_empty() {
            text.push_str(&format!("\n-- finding {}, headline, by {}\n", query.id, by.join(", ")));
            text.push_str(&query.counts(Level::Headline, Movements::Crossings, &by));
            text.push_str(";\n");
            text.push_str(&format!("\n-- finding {}, sums by {}\n", query.id, by.join(", ")));
            text.push_str(&query.sums(Level::Headline, &by));
            text.push_str(";\n");
        }
        let months = Grouping::Month.columns();
        for (what, statement) in [
            ("counts", query.counts(Level::Headline, Movements::Crossings, months)),
            ("sums", query.sums(Level::Headline, months)),
            ("consignees", query.distinct("consignee_key", months)),
        ] {
            text.push_str(&format!("\n-- finding {}, series, {what} by {}\n{statement};\n", query.id, months.join(", ")));
        }
    }
    folder.write_text("queries.sql", &text)
}

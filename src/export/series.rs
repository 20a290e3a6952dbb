//! `series.csv`: each finding a month, in the layout that a trend test reads.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::answer::Answer;
use crate::model::question::Question;

pub fn write(folder: &mut RunFolder, findings: &[(Question, Answer)]) -> Result<()> {
    let header = ["finding", "year", "month", "count", "status"];
    let rows = findings.iter().flat_map(|(question, answer)| {
        answer.series.iter().map(|month| {
            [
                question.id.clone(),
                month.year.to_string(),
                month.month.to_string(),
                month.count.to_string(),
                month.status.as_str().to_owned(),
            ]
        })
    });
    folder.write_csv("series.csv", &header, &[], rows)
}

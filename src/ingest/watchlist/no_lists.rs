//! Files that lie beside lists and are none, with what to take instead.

use super::Beginning;
use super::json::begins_with_keys;

/// What a file is, told by keys or by a first line, and the reason why it cannot be screened against.
struct NoList {
    is: fn(&Beginning) -> bool,
    reason: &'static str,
}

static NO_LISTS: [NoList; 4] = [
    NoList {
        is: |start| {
            begins_with_keys(start, '{', &["index_url", "resources"]) || begins_with_keys(start, '{', &["datasets", "run_time"])
        },
        reason: "the index of a data set; take its `entities.ftm.json`",
    },
    NoList {
        is: |start| begins_with_keys(start, '{', &["resources", "mime_type"]),
        reason: "a table of files; take the `entities.ftm.json` in it",
    },
    NoList {
        is: |start| begins_with_keys(start, '{', &["schemata", "properties", "last_change"]),
        reason: "the statistics of a data set; take its `entities.ftm.json`",
    },
    // `Q61589,Person:name,Salih,wd_persons,,,t,f,2024-03-10T15:36:30,…`
    NoList {
        is: |start| {
            let line = start.text.lines().next().unwrap_or("");
            let cells: Vec<&str> = line.split(',').collect();
            cells.len() >= 10
                && cells[1]
                    .split_once(':')
                    .is_some_and(|(schema, _)| schema.starts_with(|letter: char| letter.is_ascii_uppercase()))
        },
        reason: "statements, of which entities are still to be made; take the `entities.ftm.json` beside it",
    },
];

/// Returns why a file is no list, if it is known to be none.
pub(super) fn reason(beginning: &Beginning) -> Option<&'static str> {
    NO_LISTS.iter().find(|no_list| (no_list.is)(beginning)).map(|no_list| no_list.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beside_lists_are_told() {
        let cases = [
            ("{\"index_url\":\"x\",\"resources\":[]}", Some("the index of a data set")),
            ("{\n \"resources\": [{\"mime_type\":\"x\"}]}", Some("a table of files")),
            ("{\"last_change\":\"x\",\"schemata\":[],\"properties\":[]}", Some("the statistics of a data set")),
            ("Q1,Person:name,Anna,x,,,t,f,2024,2024,ab\n", Some("statements")),
            ("{\"id\":\"c1\",\"schema\":\"Company\",\"properties\":{},\"last_change\":\"x\"}", None),
            ("entity_id,name,kind,type,country,a,b,c,d,e\n", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let beginning = Beginning { name: String::new(), text: text.to_owned(), sheets: Vec::new() };
            let found = reason(&beginning).map(|reason| reason.split([';', ',']).next().unwrap_or_default());
            assert_eq!(found, expected, "{text}");
        }
    }
}

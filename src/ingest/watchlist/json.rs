//! JSON as a stream: the objects of a list one after the other.
//!
//! In: the text of a file of one object a line, or of one array of objects, alone or under a key. Out: an [`Object`] each, with the line
//! that an error names. Only one object is held at a time, since such files may have hundreds of megabytes.

use super::Beginning;
use super::file::ListFile;
use super::issues::ListIssues;
use crate::error::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// An object of a list.
pub(super) type Object = Map<String, Value>;

/// Takes an object and where it stands in the file; stops the reading with an error.
type Take<'a> = &'a mut dyn FnMut(Object, &str) -> Result<()>;

/// Returns the text of a file without a copy where it is UTF-8.
fn text_of<'a>(file: &'a ListFile, issues: &mut ListIssues) -> Cow<'a, str> {
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(file.text(issues)),
    }
}

/// Hands on the object of each line that is not blank.
pub(super) fn each_line(file: &ListFile, issues: &mut ListIssues, take: Take<'_>) -> Result<()> {
    let text = text_of(file, issues);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", index + 1);
        let object: Object = serde_json::from_str(line).map_err(|source| {
            Error::request(format!("{place} of `{}` is no JSON object", file.path.display()))
                .detail(source.to_string())
                .hint("the format has one object a line; a file that was cut or set in lines by a program must be fetched again")
        })?;
        take(object, &place)?;
    }
    Ok(())
}

/// Hands on the objects of an array: that of the document, or that of a key of its object. Returns what stands under its other keys.
pub(super) fn each_of_array(file: &ListFile, key: Option<&str>, issues: &mut ListIssues, take: Take<'_>) -> Result<Object> {
    let text = text_of(file, issues);
    let path = file.path.display().to_string();
    let mut objects = Objects { take, failed: None, was_found: false };
    let mut document = serde_json::Deserializer::from_str(&text);
    let mut around = Object::new();
    let read = match key {
        None => objects.deserialize(&mut document),
        Some(key) => document.deserialize_map(UnderKey { key, objects: &mut objects, around: &mut around }),
    };
    let read = read.and_then(|()| document.end());
    match (objects.failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(source)) => Err(Error::request(format!("cannot read `{path}` as JSON"))
            .detail(source.to_string())
            .hint("the file was cut or damaged; fetch it again")),
        (None, Ok(())) if !objects.was_found => Err(Error::request(format!("`{path}` has no key `{}`", key.unwrap_or_default()))),
        (None, Ok(())) => Ok(around),
    }
}

/// The array that is looked for.
struct Objects<'a> {
    take: Take<'a>,
    failed: Option<Error>,
    was_found: bool,
}

impl<'de> DeserializeSeed<'de> for &mut Objects<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Objects<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> std::result::Result<(), A::Error> {
        self.was_found = true;
        let mut number = 0;
        while let Some(object) = array.next_element::<Object>()? {
            number += 1;
            if let Err(error) = (self.take)(object, &format!("object {number}")) {
                self.failed = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// An object that has the array under a key; its other keys say how the list was made.
struct UnderKey<'a, 'b> {
    key: &'a str,
    objects: &'a mut Objects<'b>,
    around: &'a mut Object,
}

impl<'de> Visitor<'de> for UnderKey<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object around an array of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.key {
                map.next_value_seed(&mut *self.objects)?;
            } else {
                let value = map.next_value::<Value>()?;
                self.around.insert(key, value);
            }
        }
        Ok(())
    }
}

/// Returns the texts of a key: none, one, or those of an array. Numbers and truth values are texts too, and what is neither is an issue.
pub(super) fn texts<'a>(object: &'a Object, key: &str, issues: &mut ListIssues) -> Vec<Cow<'a, str>> {
    let values = match object.get(key) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(text) => texts.push(Cow::Borrowed(text.trim())),
            Value::Number(_) | Value::Bool(_) => texts.push(Cow::Owned(value.to_string())),
            Value::Null => {}
            Value::Array(_) | Value::Object(_) => issues.add(format!("value of `{key}` is no text, not used")),
        }
    }
    texts
}

/// Returns the first text of a key, empty where there is none.
pub(super) fn text<'a>(object: &'a Object, key: &str, issues: &mut ListIssues) -> Cow<'a, str> {
    texts(object, key, issues).into_iter().next().unwrap_or(Cow::Borrowed(""))
}

/// Returns the objects of a key that holds an array of them.
pub(super) fn objects<'a>(object: &'a Object, key: &str) -> Vec<&'a Object> {
    match object.get(key) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// Counts the keys that a reader does not know. `what` is the kind of object as messages name it.
pub(super) fn report_unknown(object: &Object, what: &str, known: &[&str], issues: &mut ListIssues) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        issues.add(format!("key `{key}` of {what} not known, not used"));
    }
}

/// Says whether a file begins with an object that has all these keys in its first thousands of letters.
pub(super) fn begins_with_keys(beginning: &Beginning, open: char, keys: &[&str]) -> bool {
    beginning.text.trim_start().starts_with(open) && keys.iter().all(|key| beginning.text.contains(&format!("\"{key}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::watchlist::file::Content;

    fn file(text: &str) -> ListFile {
        ListFile { path: "list.json".into(), bytes: text.as_bytes().to_vec(), content: Content::Json }
    }

    fn ids(text: &str, key: Option<&str>) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut issues = ListIssues::default();
        each_of_array(&file(text), key, &mut issues, &mut |object, place| {
            let id = object.get("id").ok_or_else(|| Error::request(format!("{place} has no id")))?;
            ids.push(id.to_string());
            Ok(())
        })?;
        Ok(ids)
    }

    #[test]
    fn objects_of_an_array_come_one_by_one() {
        assert_eq!(ids("[{\"id\":1},{\"id\":2}]", None).expect("a list"), ["1", "2"]);
        assert_eq!(ids("{\"total\":1,\"results\":[{\"id\":1}]}", Some("results")).expect("a list"), ["1"]);
        assert_eq!(ids("[{\"id\":1},{}]", None).expect_err("no id").to_string(), "object 2 has no id");
        for (text, key) in
            [("[{\"id\":1}", None), ("[1]", None), ("[]x", None), ("{\"results\":1}", Some("results")), ("{}", Some("results"))]
        {
            assert!(ids(text, key).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_that_is_no_object_is_named() {
        let mut n_objects = 0;
        let mut count = |_: Object, _: &str| {
            n_objects += 1;
            Ok(())
        };
        let error = each_line(&file("{}\n\n[]\n"), &mut ListIssues::default(), &mut count).expect_err("an array").to_string();
        assert!(error.starts_with("line 3 of `list.json` is no JSON object"), "{error}");
        assert_eq!(n_objects, 1);
    }
}

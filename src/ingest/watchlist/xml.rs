//! XML as a stream: the entries of a list one after the other, each as a small tree.
//!
//! In: the bytes of a document, its root and the elements below it that only hold entries together. Out: an [`Element`] an entry.
//! A document type declaration is refused and no entity is expanded but the five of XML itself: a list needs none, and a document
//! that brings its own can be made to grow without bound. Namespaces are left aside, since publishers move theirs.

use super::file::ListFile;
use super::issues::ListIssues;
use super::{Beginning, quote_all};
use crate::error::{Error, Result};
use encoding_rs::Encoding;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

/// No list nests more than a dozen elements; a tree of any depth would exhaust the stack.
const MAX_DEPTH: usize = 64;

/// An element with all that is in it.
#[derive(Debug, Default, Clone)]
pub(super) struct Element {
    pub name: String,
    /// The line in which it opens, counted from 1; only of entries, not of what is in them.
    pub line: usize,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Returns the value of an attribute, empty where there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Returns the text of the element itself.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.children.iter()
    }

    /// Returns all elements at a path below this one: `akaList/aka`.
    pub fn all<'a>(&'a self, path: &str) -> Vec<&'a Element> {
        path.split('/').fold(vec![self], |found, step| {
            found.into_iter().flat_map(|element| element.children.iter().filter(|child| child.name == step)).collect()
        })
    }

    /// Returns the first element at a path below this one.
    pub fn first(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, step| element.children.iter().find(|child| child.name == step))
    }

    /// Returns the text of the first element at a path, empty where there is none.
    pub fn text_at(&self, path: &str) -> &str {
        self.first(path).map_or("", Element::text)
    }
}

/// Returns the text of a document: by byte order mark, as UTF-8, by the encoding that its declaration states, or by a guess.
pub(super) fn decode<'a>(file: &'a ListFile, issues: &mut ListIssues) -> Cow<'a, str> {
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let declared = (Encoding::for_bom(&file.bytes).is_none()).then(|| declared_encoding(bytes)).flatten();
    match declared {
        Some(encoding) => encoding.decode(bytes).0,
        None => Cow::Owned(file.text(issues)),
    }
}

/// Returns the encoding of `<?xml version="1.0" encoding="windows-1251"?>`.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declaration = start.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let label = declaration.split_once("encoding")?.1.split(['"', '\'']).nth(1)?.to_owned();
    Encoding::for_label(label.as_bytes())
}

/// Says whether a document has this root element, or is an excerpt that begins within it.
pub(super) fn has_root(beginning: &Beginning, root: &str) -> bool {
    root_of(&beginning.text) == Some(root)
}

/// Returns the name of the first element, without its namespace.
fn root_of(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if !rest.starts_with(['?', '!']) {
            let end = rest.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/')).unwrap_or(rest.len());
            return rest[..end].rsplit(':').next();
        }
    }
}

/// The entries of a document, read one by one.
pub(super) struct Entries<'a> {
    path: &'a Path,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Elements that only hold entries together; they are entered.
    containers: &'static [&'static str],
    /// The root with its attributes.
    pub root: Element,
    /// The containers around the next entry, the root first.
    open: Vec<String>,
    /// A byte and its line, so that lines are counted once.
    counted: (usize, usize),
}

impl<'a> Entries<'a> {
    /// Opens a document with one of these roots.
    pub fn open(path: &'a Path, text: &'a str, roots: &[&str], containers: &'static [&'static str]) -> Result<Self> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let root = Element::default();
        let mut entries = Entries { path, text, reader, containers, root, open: Vec::new(), counted: (0, 1) };
        loop {
            match entries.event()? {
                Event::Start(start) => {
                    let root = entries.element(&start)?;
                    if !roots.contains(&root.name.as_str()) {
                        return Err(Error::request(format!("`{}` is another document than this format", path.display()))
                            .detail(format!("looked for: {}", quote_all(roots.iter().copied())))
                            .detail(format!("found: `{}`", root.name))
                            .hint("name the format of the list, or let it be told by the file"));
                    }
                    entries.open.push(root.name.clone());
                    entries.root = root;
                    return Ok(entries);
                }
                Event::Empty(_) | Event::Eof => return Err(entries.error("the document holds nothing")),
                _ => {}
            }
        }
    }

    /// Returns the next entry, `None` behind the last one.
    pub fn next(&mut self) -> Result<Option<Element>> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let mut entry = self.element(&start)?;
                    if self.containers.contains(&entry.name.as_str()) && self.open.len() < MAX_DEPTH {
                        self.open.push(entry.name);
                        continue;
                    }
                    entry.line = self.line();
                    return self.fill(entry).map(Some);
                }
                Event::Empty(start) => {
                    let mut entry = self.element(&start)?;
                    if !self.containers.contains(&entry.name.as_str()) {
                        entry.line = self.line();
                        return Ok(Some(entry));
                    }
                }
                Event::End(_) => {
                    self.open.pop();
                }
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => return Err(self.cut_off()),
                _ => {}
            }
        }
    }

    /// Returns the container that the entry just read stands in.
    pub fn container(&self) -> &str {
        self.open.last().map_or("", String::as_str)
    }

    /// Reads what is in an element up to its end.
    fn fill(&mut self, entry: Element) -> Result<Element> {
        let mut open = vec![entry];
        loop {
            match self.event()? {
                Event::Start(start) => {
                    if open.len() >= MAX_DEPTH {
                        return Err(self.error(&format!("elements stand more than {MAX_DEPTH} deep in each other")));
                    }
                    open.push(self.element(&start)?);
                }
                Event::Empty(start) => {
                    let child = self.element(&start)?;
                    innermost(&mut open).children.push(child);
                }
                Event::End(_) => {
                    let closed = open.pop().expect("an end has its start: the reader checks their names");
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Event::Text(text) => innermost(&mut open).text.push_str(&text.xml10_content()),
                Event::CData(text) => innermost(&mut open).text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let letter = reference.resolve_char_ref().map_err(|source| self.error(&source.to_string()))?;
                    match (letter, quick_xml::escape::resolve_predefined_entity(&reference)) {
                        (Some(letter), _) => innermost(&mut open).text.push(letter),
                        (None, Some(text)) => innermost(&mut open).text.push_str(text),
                        (None, None) => {
                            return Err(self.error(&format!("the entity `&{};` is not one of XML itself", &*reference)));
                        }
                    }
                }
                Event::Eof => return Err(self.cut_off()),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(self.error("the document brings a document type declaration, which no list needs")),
            Ok(event) => Ok(event),
            Err(source) => Err(self.error(&source.to_string())),
        }
    }

    /// Returns an element with its attributes, and nothing in it yet.
    fn element(&self, start: &BytesStart<'_>) -> Result<Element> {
        let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|source| self.error(&source.to_string()))?;
            let key = attribute.key.as_ref();
            // What belongs to XML and its schemas says nothing of the entry.
            if key == "xmlns" || key.starts_with("xmlns:") || key.starts_with("xsi:") || key.starts_with("xml:") {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|source| self.error(&source.to_string()))?;
            element.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(element)
    }

    /// Returns the line that the reader has come to.
    fn line(&mut self) -> usize {
        let (from, line) = self.counted;
        let to = self.position().max(from);
        self.counted = (to, line + count_lines(&self.text[from..to]));
        self.counted.1
    }

    fn position(&self) -> usize {
        let mut at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn cut_off(&self) -> Error {
        let open = self.open.last().map_or("", String::as_str);
        self.error(&format!("the document ends before `{open}` is closed")).hint("the file was cut; fetch it again")
    }

    /// Returns an error with the line that the reader has come to.
    pub fn error(&self, what: &str) -> Error {
        let line = 1 + count_lines(&self.text[..self.position()]);
        Error::request(format!("`{}`, line {line}: {what}", self.path.display()))
    }
}

fn count_lines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

fn innermost(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the entry itself is open until it is returned")
}

/// The elements and attributes that a reader knows, as paths from the entry on: `sdnEntry/akaList/aka/uid`, `address@city`.
pub(super) struct KnownPaths {
    used: HashSet<String>,
    ignored: HashSet<String>,
}

impl KnownPaths {
    /// Makes the table of what a reader uses and what it leaves out on purpose. What stands above an element is known with it, and
    /// all that is in an ignored element is ignored.
    pub fn new<S: AsRef<str>>(used: &[S], ignored: &[S]) -> Self {
        let owned = |paths: &[S]| paths.iter().map(|path| path.as_ref().to_owned()).collect::<HashSet<String>>();
        let mut known = KnownPaths { used: owned(used), ignored: owned(ignored) };
        for path in used.iter().chain(ignored).map(AsRef::as_ref) {
            known.used.extend(path.match_indices(['/', '@']).map(|(at, _)| path[..at].to_owned()));
        }
        known
    }

    /// Counts what an entry holds beside that.
    pub fn report(&self, entry: &Element, issues: &mut ListIssues) {
        self.walk(entry, &mut String::new(), issues);
    }

    fn walk(&self, element: &Element, path: &mut String, issues: &mut ListIssues) {
        let length = path.len();
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&element.name);
        if self.used.contains(path.as_str()) && !self.ignored.contains(path.as_str()) {
            for (attribute, _) in &element.attributes {
                let full = path.len();
                path.push('@');
                path.push_str(attribute);
                if !self.used.contains(path.as_str()) && !self.ignored.contains(path.as_str()) {
                    issues.add(format!("attribute `{path}` not known, not used"));
                }
                path.truncate(full);
            }
            for child in &element.children {
                self.walk(child, path, issues);
            }
        } else if !self.ignored.contains(path.as_str()) {
            issues.add(format!("element `{path}` not known, not used"));
        }
        path.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries_of(text: &str) -> Result<Vec<Element>> {
        let mut entries = Entries::open(Path::new("list.xml"), text, &["list"], &["group"])?;
        let mut found = Vec::new();
        while let Some(entry) = entries.next()? {
            found.push(entry);
        }
        Ok(found)
    }

    #[test]
    fn entries_come_one_by_one() {
        let text = "<?xml version='1.0'?>\n<!-- a list -->\n<n:list xmlns:n='x'>\n<group>\n<e id=\"1&amp;2\"><name>A &amp; B&#x410;<![CDATA[ <C>]]></name>\
            <name/></e>\n</group>\n<group/>\n<n:e/>\n</n:list>";
        let entries = entries_of(text).expect("a list");
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].attribute("id"), entries[0].text_at("name"), entries[0].line), ("1&2", "A & BА <C>", 5));
        assert_eq!((entries[0].all("name").len(), entries[1].name.as_str(), entries[1].line), (2, "e", 8));
    }

    #[test]
    fn damage_is_an_error_with_its_line() {
        let deep = format!("<list>{}", "<e>".repeat(70));
        let cases = [
            ("<list>\n<e>", "line 2: the document ends before `list` is closed"),
            ("<list>\n<e></f></list>", "line 2: "),
            ("<list>\n<e>&nbsp;</e></list>", "line 2: the entity `&nbsp;` is not one of XML itself"),
            ("<list>\n<e a='&x;'/></list>", "line 2: "),
            ("<!DOCTYPE list [<!ENTITY x 'y'>]>\n<list/>", "line 1: the document brings a document type declaration"),
            ("<list>\n<!DOCTYPE list></list>", "line 2: the document brings a document type declaration"),
            ("<list><e a='1' a='2'/></list>", "line 1: "),
            ("<other></other>", "found: `other`"),
            ("<list/>", "holds nothing"),
            (deep.as_str(), "more than 64 deep"),
        ];
        for (text, message) in cases {
            let error = entries_of(text).expect_err("damage").to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_not_known_is_counted() {
        let entry = &entries_of("<list><e id='1' no='2'><a><b/></a><c><d/></c><x/><x/></e></list>").expect("a list")[0];
        let mut issues = ListIssues::default();
        KnownPaths::new(&["e/a/b", "e@id"], &["e/c"]).report(entry, &mut issues);
        let expected = [("attribute `e@no` not known, not used", 1), ("element `e/x` not known, not used", 2)];
        assert_eq!(issues.into_vec(), expected.map(|(what, times)| (what.to_owned(), times)));
    }

    #[test]
    fn a_declared_encoding_is_heeded() {
        let bytes =
            encoding_rs::WINDOWS_1251.encode("<?xml version='1.0' encoding='windows-1251'?><list>завод</list>").0.into_owned();
        let file = ListFile { path: "list.xml".into(), bytes, content: super::super::file::Content::Xml };
        assert!(decode(&file, &mut ListIssues::default()).ends_with("<list>завод</list>"));
    }
}

//! What stops a run.
//!
//! An error says what happened, to which file or value, and what to do next. It is printed once, in `main`.
//! Faults in the data are not errors: they are issues and rejected records.

use std::fmt;
use std::path::Path;

/// What went wrong, as far as a calling program needs to tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request or an input is wrong; nothing was written.
    Request,
    /// The machine refused: disk, permission, lock.
    Machine,
    /// A promise of the program failed; no results were published.
    Promise,
}

/// What stops a run: a message, the values behind it, and hints on what to do next.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    pub kind: ErrorKind,
    message: String,
    details: Vec<String>,
    hints: Vec<String>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), details: Vec::new(), hints: Vec::new(), source: None }
    }

    /// A wrong request or input (exit 2).
    pub fn request(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Request, message)
    }

    /// The machine refused (exit 2).
    pub fn machine(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Machine, message)
    }

    /// A promise failed (exit 4).
    pub fn promise(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Promise, message)
    }

    /// A file could not be read or written: a missing or unreadable input is the request's fault, the rest the machine's.
    pub fn file(path: &Path, doing: &str, source: std::io::Error) -> Self {
        let message = format!("cannot {doing} `{}`: {}", path.display(), plain_io(&source));
        let kind = match source.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
                ErrorKind::Request
            }
            _ => ErrorKind::Machine,
        };
        Error::new(kind, message).caused_by(source)
    }

    /// Adds a line on what was looked for or found.
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// Adds a line on what to do next.
    pub fn hint(mut self, line: impl Into<String>) -> Self {
        self.hints.push(line.into());
        self
    }

    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Returns the exit code of this error (`docs/data-model.md`).
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Request | ErrorKind::Machine => 2,
            ErrorKind::Promise => 4,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.details {
            write!(f, "\n  {line}")?;
        }
        if !self.hints.is_empty() {
            f.write_str("\n")?;
        }
        for line in &self.hints {
            write!(f, "\nhint: {line}")?;
        }
        Ok(())
    }
}

/// Returns the system's words without the number that a reader cannot use.
fn plain_io(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}

/// Returns the candidate nearest to `word`, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(word.chars().count()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

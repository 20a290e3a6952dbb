//! A temporary folder in which the real program runs, and readers of what it leaves behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a test's files; gone at the end of the test.
pub struct Workdir {
    folder: TempDir,
}

/// What a run of the program came to.
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workdir {
    pub fn new() -> Self {
        Workdir { folder: TempDir::new().expect("a temporary folder can be made") }
    }

    /// Starts with a copy of a folder of the project.
    pub fn copy_of(folder: &Path) -> Self {
        let workdir = Workdir::new();
        copy_folder(folder, workdir.folder.path());
        workdir
    }

    /// Starts with a copy of the committed sample, without what an earlier run left beside it.
    pub fn of_sample() -> Self {
        let (workdir, sample) = (Workdir::new(), project("sample_data"));
        for name in ["records", "lists"] {
            copy_folder(&sample.join(name), &workdir.path(name));
        }
        for name in ["poly-group.toml", "answer_key.csv"] {
            workdir.write(name, fs::read(sample.join(name)).expect("the sample is committed"));
        }
        workdir
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(&path, content).expect("a file can be written");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("results are UTF-8")
    }

    pub fn table(&self, name: &str) -> Table {
        Table::parse(&self.read(name))
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).expect("the file is JSON")
    }

    /// Runs the program in this folder.
    pub fn plimsoll(&self, arguments: &[&str]) -> Finished {
        let output = self.command().args(arguments).output().expect("the program starts");
        Finished {
            code: output.status.code().unwrap_or_else(|| {
                panic!("the program did not end by itself: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))
            }),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Runs the program and expects it to succeed.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let finished = self.plimsoll(arguments);
        assert_eq!(finished.code, 0, "plimsoll {arguments:?}\n{}{}", finished.stdout, finished.stderr);
        finished
    }

    pub fn command(&self) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").env_remove("POLARS_MAX_THREADS");
        command
    }

    /// Returns every file below a folder of this one with its content, by its path.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let mut files = BTreeMap::new();
        for path in walk(&root) {
            let name = path.strip_prefix(&root).expect("found below the folder").to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).expect("a file can be read"));
        }
        files
    }
}

/// A CSV file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().expect("a table has a header").iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|record| record.expect("every row has the header's cells").iter().map(str::to_owned).collect())
            .collect();
        Table { header, rows }
    }

    pub fn at(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column `{column}` in {:?}", self.header))
    }

    pub fn column(&self, column: &str) -> Vec<&str> {
        let at = self.at(column);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// Returns some columns, in this order.
    pub fn select(&self, columns: &[&str]) -> Table {
        let places: Vec<usize> = columns.iter().map(|column| self.at(column)).collect();
        Table {
            header: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows: self.rows.iter().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect(),
        }
    }

    /// Returns all columns but some.
    pub fn without(&self, columns: &[&str]) -> Table {
        let kept: Vec<&str> = self.header.iter().map(String::as_str).filter(|name| !columns.contains(name)).collect();
        self.select(&kept)
    }

    /// Returns the rows in which a column has a value.
    pub fn only(&self, column: &str, value: &str) -> Table {
        let at = self.at(column);
        Table { header: self.header.clone(), rows: self.rows.iter().filter(|row| row[at] == value).cloned().collect() }
    }

    /// Returns the table as text, one row a line, for messages.
    pub fn text(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows).map(|row| row.join(" | "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Returns a path of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns all files below a folder, sorted.
pub fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Returns what lies in a folder, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    entries.sort();
    entries
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for path in entries(from) {
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// Holds two sets of files against each other; `is_json` files are left to the caller.
pub fn assert_same_files(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>, besides: &[&str]) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "the same files");
    for (name, bytes) in left.iter().filter(|(name, _)| !besides.contains(&name.as_str())) {
        assert!(bytes == &right[name], "`{name}` differs");
    }
}

/// Runs every case and names all that fail, not only the first.
pub fn for_each_case(folders: &[PathBuf], case: impl Fn(&Path)) {
    assert!(!folders.is_empty(), "there are cases");
    let failed: Vec<String> = folders
        .iter()
        .filter(|folder| {
            println!("case: {}", folder.display());
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(folder))).is_err()
        })
        .map(|folder| folder.file_name().expect("a case has a name").to_string_lossy().into_owned())
        .collect();
    assert!(failed.is_empty(), "{} of {} cases fail: {}", failed.len(), folders.len(), failed.join(", "));
}

//! Makes the sample data: synthetic declarations with a planted answer.
//!
//! In: a seed, the number of declarations to plant, a folder. Out: two vendors' record files, a list of groups, a run file, a
//! README and the answer key, the same bytes each time. It shares no code with the library on purpose, so that an error in how
//! the library reads or counts cannot hide behind the same error in how the data were made.

mod generator {
    pub mod background;
    pub mod calendar;
    pub mod declaration;
    pub mod goods;
    pub mod listed;
    pub mod parties;
    pub mod planted;
    pub mod random;
    pub mod texts;
    pub mod vendors;
}

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::{Compression, GzBuilder};

use generator::parties::Civilians;
use generator::vendors::Vendor;
use generator::{background, declaration, planted, texts, vendors};

const USAGE: &str = "usage: generate_sample --seed S --planted N --out DIR";

/// No one plants more: the declarations of a year must stay a small part of all.
const MOST_PLANTED: usize = 10_000;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("error: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match generate(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write to `{}`: {error}", options.out.display());
            ExitCode::from(2)
        }
    }
}

struct Options {
    seed: u64,
    planted: usize,
    out: PathBuf,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut seed, mut planted, mut out) = (None, None, None);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
            let number = || format!("`{name}` needs a whole number, not `{value}`");
            match name.as_str() {
                "--seed" => seed = Some(value.parse().map_err(|_| number())?),
                "--planted" => planted = Some(value.parse().map_err(|_| number())?),
                "--out" => out = Some(PathBuf::from(value)),
                _ => return Err(format!("unknown option `{name}`")),
            }
        }
        let planted = planted.ok_or("`--planted` is missing")?;
        if planted > MOST_PLANTED {
            return Err(format!("`--planted` is at most {MOST_PLANTED}"));
        }
        Ok(Options { seed: seed.ok_or("`--seed` is missing")?, planted, out: out.ok_or("`--out` is missing")? })
    }
}

fn generate(options: &Options) -> io::Result<()> {
    let civilians = Civilians::invent(options.seed);
    let mut declarations = background::declare(options.seed, &civilians);
    declarations.extend(planted::declare(options.seed, options.planted, &civilians));
    declaration::number(&mut declarations);

    let records = options.out.join("records");
    fs::create_dir_all(&records)?;
    fs::create_dir_all(options.out.join("lists"))?;

    let first = vendors::rows(&declarations, Vendor::First, options.seed);
    for (from, to) in [(2012, 2016), (2017, 2019), (2020, 2023)] {
        let rows = first.iter().filter(|row| (from..=to).contains(&row.published.year()));
        let text = vendors::file(Vendor::First, rows);
        write_gz(&records.join(format!("ru-declarations-{from}-{to}.csv.gz")), &windows_1251(&text))?;
    }
    let second = vendors::rows(&declarations, Vendor::Second, options.seed);
    fs::write(records.join("export-en-2015-2022.csv"), vendors::file(Vendor::Second, second.iter()))?;

    fs::write(options.out.join("lists").join("groups.toml"), texts::groups())?;
    fs::write(options.out.join("poly-group.toml"), texts::run_file(options.planted))?;
    fs::write(options.out.join("answer_key.csv"), texts::answer_key(&declarations))?;
    let counts = texts::Counts::of(&declarations, first.len(), second.len());
    fs::write(options.out.join("README.md"), texts::readme(options.seed, options.planted, &counts))
}

fn windows_1251(text: &str) -> Vec<u8> {
    let (bytes, _, had_unmappable) = encoding_rs::WINDOWS_1251.encode(text);
    assert!(!had_unmappable, "the first vendor's texts hold only letters of Windows-1251");
    bytes.into_owned()
}

/// Writes a gz file without name and time, so that its bytes depend on its content only.
fn write_gz(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut writer = GzBuilder::new().mtime(0).write(fs::File::create(path)?, Compression::best());
    writer.write_all(bytes)?;
    writer.finish()?.flush()
}

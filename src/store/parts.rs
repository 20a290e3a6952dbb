//! Parts: one folder a file of records, written under a temporary name and renamed when complete.

use crate::error::{Error, Result};
use crate::model::account::Rejection;
use crate::model::digest::sha256_of_texts;
use crate::model::part::PartAccount;
use crate::model::shipments::{self, Kind};
use crate::store::row_group::{Encoder, RowGroup};
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The columns of the rejected records.
const REJECTED: [(&str, Kind); 4] =
    [("source_line", Kind::Long), ("reason", Kind::Text), ("column", Kind::Text), ("raw_text", Kind::Text)];

/// So much of a part goes to the disk at once.
const BUFFER_BYTES: usize = 1 << 18;

/// What a part was made from; while it is the same, the part is reused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartKey(String);

impl PartKey {
    /// Makes a key of the file's digest, the schema's text, the settings in force, the reference tables and the store version.
    pub fn new(file_sha256: &str, schema: &str, settings: &str, references: &[&str], store_version: u32) -> Self {
        let version = store_version.to_string();
        let texts = [file_sha256, schema, settings, &version].into_iter().chain(references.iter().copied());
        PartKey(sha256_of_texts(texts)[..32].to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The store, locked for this process.
pub struct Store {
    parts: PathBuf,
    pub(super) root: PathBuf,
    _lock: File,
}

/// The tables beside the shipments of a part.
pub struct PartTables {
    pub parties: DataFrame,
    pub codes: DataFrame,
    pub coverage: DataFrame,
}

/// A complete part.
#[derive(Debug, Clone)]
pub struct Part {
    folder: PathBuf,
    pub account: PartAccount,
}

impl Store {
    /// Opens a store folder, making it if need be, and locks it until the value is dropped.
    pub fn open(root: &Path) -> Result<Self> {
        let parts = root.join("parts");
        fs::create_dir_all(&parts).map_err(|error| Error::file(&parts, "make the store folder", error))?;
        let lock_path = root.join("lock");
        let lock = File::create(&lock_path).map_err(|error| Error::file(&lock_path, "open the lock file", error))?;
        lock.try_lock().map_err(|_| {
            Error::machine(format!("the store `{}` is in use by another run", root.display()))
                .hint("wait for it to end, or name another store with `--store`")
        })?;
        Ok(Store { parts, root: root.to_owned(), _lock: lock })
    }

    /// Returns the part of a key if it is complete.
    pub fn part(&self, key: &PartKey) -> Option<Part> {
        let folder = self.parts.join(key.as_str());
        let text = fs::read_to_string(folder.join("account.json")).ok()?;
        let account = serde_json::from_str(&text).ok()?;
        Some(Part { folder, account })
    }

    /// Starts a part; it has its final name only once it is finished.
    pub fn write(&self, key: &PartKey) -> Result<PartWriter> {
        let folder = self.parts.join(format!("{}.unfinished", key.as_str()));
        let target = self.parts.join(key.as_str());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| Error::file(&folder, "make the part folder", error))?;
        let batched = |name: &str, columns| table_writer(&folder.join(name), &schema_of(columns));
        let mut writer = batched("shipments.parquet", shipments::part_columns())?;
        let encoder = Encoder::new(writer.parquet_schema());
        let rejected = batched("rejected.parquet", REJECTED.map(|(name, kind)| (name.to_owned(), kind)).to_vec())?;
        let is_filled = vec![false; shipments::part_columns().len()];
        Ok(PartWriter { folder, target, writer, rejected, encoder: Arc::new(encoder), is_filled })
    }
}

/// A part while it grows.
pub struct PartWriter {
    folder: PathBuf,
    target: PathBuf,
    writer: TableWriter,
    rejected: TableWriter,
    encoder: Arc<Encoder>,
    /// Which columns of the shipments any record fills.
    is_filled: Vec<bool>,
}

impl PartWriter {
    /// Returns what turns batches into row groups, for any number of threads.
    pub fn encoder(&self) -> Arc<Encoder> {
        Arc::clone(&self.encoder)
    }

    /// Adds a row group behind the others: their order is that of the records.
    pub fn append(&mut self, group: &RowGroup) -> Result<()> {
        if group.n_records() == 0 {
            return Ok(());
        }
        self.is_filled.iter_mut().zip(&group.is_filled).for_each(|(known, is_filled)| *known |= is_filled);
        let mut writer = self.writer.get_writer().lock().expect("no thread stops while it writes");
        group.write(&mut writer).map_err(|error| table_error(&self.folder, "cannot be written", error))
    }

    /// Adds rejected records behind the others, so that they need not all be in memory.
    pub fn append_rejected(&mut self, rejected: &[Rejection]) -> Result<()> {
        if rejected.is_empty() {
            return Ok(());
        }
        let text = |of: fn(&Rejection) -> &str| rejected.iter().map(of).collect::<Vec<&str>>();
        let [line, reason, column, raw_text] = REJECTED.map(|(name, _)| PlSmallStr::from_static(name));
        let columns = vec![
            Column::new(line, rejected.iter().map(|rejection| rejection.line as i64).collect::<Vec<i64>>()),
            Column::new(reason, text(|rejection| rejection.reason)),
            Column::new(column, text(|rejection| &rejection.column)),
            Column::new(raw_text, text(|rejection| &rejection.raw_text)),
        ];
        let table = DataFrame::new(rejected.len(), columns).expect("all columns of the rejected records have one length");
        self.rejected.write_batch(&table).map_err(|error| table_error(&self.folder, "cannot be written", error))
    }

    /// Returns the columns of the shipments that no record has filled so far.
    pub fn empty_columns(&self) -> BTreeSet<String> {
        let columns = shipments::part_columns().into_iter().zip(&self.is_filled);
        columns.filter(|(_, is_filled)| !**is_filled).map(|((name, _), _)| name).collect()
    }

    /// Writes the sidecars and the account, and gives the part its final name.
    pub fn finish(self, account: PartAccount, mut tables: PartTables) -> Result<Part> {
        for writer in [&self.writer, &self.rejected] {
            writer.finish().map_err(|error| table_error(&self.folder, "cannot be written", error))?;
        }
        for (name, table) in [
            ("parties.parquet", &mut tables.parties),
            ("codes.parquet", &mut tables.codes),
            ("coverage.parquet", &mut tables.coverage),
        ] {
            write_table(&self.folder.join(name), table)?;
        }
        let path = self.folder.join("account.json");
        let text = serde_json::to_string_pretty(&account).expect("an account is plain data");
        fs::write(&path, text).map_err(|error| Error::file(&path, "write", error))?;
        if self.target.exists() {
            fs::remove_dir_all(&self.target).map_err(|error| Error::file(&self.target, "replace", error))?;
        }
        fs::rename(&self.folder, &self.target).map_err(|error| Error::file(&self.target, "finish", error))?;
        Ok(Part { folder: self.target, account })
    }
}

impl Part {
    /// Returns the shipments as a lazy table with the file that they were read from.
    pub fn shipments(&self, source_file: &str) -> Result<LazyFrame> {
        let path = self.folder.join("shipments.parquet");
        Ok(scan(&path)?
            .with_columns([lit(source_file).alias("source_file"), lit(NULL).cast(DataType::String).alias("restated_rule")]))
    }

    pub fn parties(&self) -> Result<DataFrame> {
        read_table(&self.folder.join("parties.parquet"))
    }

    pub fn codes(&self) -> Result<DataFrame> {
        read_table(&self.folder.join("codes.parquet"))
    }

    pub fn coverage(&self) -> Result<DataFrame> {
        read_table(&self.folder.join("coverage.parquet"))
    }

    pub fn rejected(&self) -> Result<DataFrame> {
        read_table(&self.folder.join("rejected.parquet"))
    }
}

/// Returns columns of the store as a schema of tables.
pub fn schema_of(columns: Vec<(String, Kind)>) -> Schema {
    columns
        .into_iter()
        .map(|(name, kind)| {
            let data_type = match kind {
                Kind::Long => DataType::Int64,
                Kind::Integer => DataType::Int32,
                Kind::Text => DataType::String,
            };
            Field::new(name.as_str().into(), data_type)
        })
        .collect()
}

/// Returns a Parquet file as a lazy table.
pub fn scan(path: &Path) -> Result<LazyFrame> {
    let wrong = |error| table_error(path, "cannot be read", error);
    let path = PlRefPath::try_from_path(path).map_err(wrong)?;
    let arguments = ScanArgsParquet { glob: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet(path.clone(), arguments)
        .map_err(|error| table_error(Path::new(path.as_str()), "cannot be read", error))
}

/// Reads a whole Parquet file: for the small tables.
pub fn read_table(path: &Path) -> Result<DataFrame> {
    let file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
    ParquetReader::new(file).finish().map_err(|error| table_error(path, "cannot be read", error))
}

/// Writes a table as Parquet, in one piece, so that its bytes do not depend on how it was made.
pub fn write_table(path: &Path, table: &mut DataFrame) -> Result<()> {
    table.rechunk_mut();
    ParquetWriter::new(create(path)?).finish(table).map(|_| ()).map_err(|error| table_error(path, "cannot be written", error))
}

/// A Parquet file that is written table by table.
pub type TableWriter = BatchedWriter<BufWriter<File>>;

/// Starts a Parquet file that is written table by table, each a row group.
pub fn table_writer(path: &Path, schema: &Schema) -> Result<TableWriter> {
    ParquetWriter::new(create(path)?).batched(schema).map_err(|error| table_error(path, "cannot be written", error))
}

/// Makes a file that is written in pieces: a table's footer comes field by field, each a call of the system on its own.
fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).map_err(|error| Error::file(path, "write", error))?;
    Ok(BufWriter::with_capacity(BUFFER_BYTES, file))
}

pub fn table_error(path: &Path, what: &str, error: PolarsError) -> Error {
    Error::machine(format!("the table `{}` {what}", path.display())).detail(error.to_string())
}

#!/usr/bin/env python3
"""Times the way from raw records to the store against public peers, in one run.

    python3 benches/store.py --plimsoll target/release/plimsoll [--rows 1000000] [--work DIR] [--repeats 3] [--gz] [--zst]

Writes a made-up customs extract (25 columns, about 300 bytes a record, quoted names, parties whose sizes are skewed), then has each of
these turn it into Parquet, one after the other, as often as asked:

- plimsoll: `run --until store`, two threads, a new store each time: splitting, normalizing, keys, line numbers, accounts, digest.
- DuckDB: COPY (FROM read_csv(all_varchar)) TO parquet (zstd), two threads. Its columns stay text; it keeps no lines and no account.
- polars: scan_csv of text columns, sink_parquet (zstd), two threads. As DuckDB.

Then two second questions on the stored records, as often: shipments of chapters 84, 85 and heading 3004 a year, which are one in 86 of
the records, and of the headings of machine tools, 8456 to 8463, which are one in 3,700. The program writes a whole run folder. The peers are
asked twice: for the count of declarations and records alone over the Parquet that they wrote, and for the files that a run folder has
for its readers too: the records of evidence in order, as Parquet and as CSV, and every party with its roles and number of records.

Prints wall seconds, processor seconds and peak memory of each run, and the ratio of the medians of the wall seconds to DuckDB's. A
peer whose Python package is absent is left out with a line.
"""
import argparse
import gzip
import importlib.util
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HEADER = (
    "declaration_id,line_no,declaration_date,regime,customs_office,hs_code,description,shipper_name,shipper_country,"
    "consignee_name,consignee_tax_id,consignee_country,origin_country,departure_country,destination_country,transport,"
    "delivery_terms,quantity,unit,gross_kg,net_kg,invoice_value,currency,value_usd,invoice"
)
SCHEMA = """name = "bench"
title = "The made-up extract of benches/store.py"
source = "benches/store.py"
date = "2026-11-24"
reporter_country_code = "RU"
grain = "line"
flow = "import"
date_kind = "registration"
date_formats = ["%Y-%m-%d"]
weight_unit = "kg"
hs_digits = 10
required = ["date", "hs_code"]

[columns]
declaration_id = ["declaration_id"]
line_number = ["line_no"]
date = ["declaration_date"]
procedure_code = ["regime"]
customs_office = ["customs_office"]
hs_code = ["hs_code"]
goods_description = ["description"]
shipper_name = ["shipper_name"]
shipper_country_code = ["shipper_country"]
consignee_name = ["consignee_name"]
consignee_registration_id = ["consignee_tax_id"]
consignee_country_code = ["consignee_country"]
origin_country_code = ["origin_country"]
departure_country_code = ["departure_country"]
destination_country_code = ["destination_country"]
quantity = ["quantity"]
quantity_unit_code = ["unit"]
gross_weight_kg = ["gross_kg"]
net_weight_kg = ["net_kg"]
value_original = ["invoice_value"]
currency_code = ["currency"]
value_usd = ["value_usd"]
bill_of_lading_id = ["invoice"]

[ignored]
transport = "not used"
delivery_terms = "not used"
"""
QUESTION = """
[goods.sets.asked]
codes = {codes}

[[findings]]
id = "asked"
flow = "import"
goods = {{ any = ["asked"] }}
from = 2019-01-01
to = 2024-12-31
count = "declarations"
"""
# The codes, and what selects them for each peer.
QUESTIONS = {
    "chapters 84, 85, heading 3004": (
        '["84", "85", "3004"]',
        "substr(hs_code, 1, 2) IN ('84', '85') OR substr(hs_code, 1, 4) = '3004'",
        "pl.col('hs_code').str.slice(0, 2).is_in(['84', '85']) | (pl.col('hs_code').str.slice(0, 4) == '3004')",
    ),
    "headings 8456 to 8463": (
        '["8456-8463"]',
        "substr(hs_code, 1, 4) BETWEEN '8456' AND '8463'",
        "pl.col('hs_code').str.slice(0, 4).is_between(pl.lit('8456'), pl.lit('8463'))",
    ),
}
DUCK_COUNT = (
    "SELECT substr(declaration_date, 1, 4) AS year, count(DISTINCT declaration_id), count(*) FROM 'duckdb.parquet' "
    "WHERE {condition} GROUP BY year ORDER BY year"
)
DUCK_PARTIES = (
    "SELECT name, country, id, string_agg(role, ';' ORDER BY role) AS roles, sum(n_records) AS n_records FROM ("
    "SELECT shipper_name AS name, shipper_country AS country, '' AS id, 'shipper' AS role, count(*) AS n_records FROM 'duckdb.parquet' "
    "GROUP BY ALL UNION ALL SELECT consignee_name, consignee_country, consignee_tax_id, 'consignee', count(*) FROM 'duckdb.parquet' "
    "GROUP BY ALL) GROUP BY ALL ORDER BY name, country, id"
)
DUCK_FILES = [
    DUCK_COUNT,
    "CREATE TEMP TABLE evidence AS SELECT * FROM 'duckdb.parquet' WHERE {condition} ORDER BY declaration_date, declaration_id, line_no::INT",
    "COPY evidence TO 'duckdb-evidence.parquet' (FORMAT parquet, COMPRESSION zstd)",
    "COPY evidence TO 'duckdb-evidence.csv'",
    f"COPY ({DUCK_PARTIES}) TO 'duckdb-parties.csv'",
]
BEAR_COUNT = (
    "pl.scan_parquet('polars.parquet').filter({condition}).group_by(pl.col('declaration_date').str.slice(0, 4))"
    ".agg(pl.col('declaration_id').n_unique(), pl.len()).collect(engine='streaming')"
)
BEAR_FILES = (
    "records = pl.scan_parquet('polars.parquet'); "
    "evidence = records.filter({condition}).collect(engine='streaming').sort('declaration_date', 'declaration_id', pl.col('line_no').cast(pl.Int32)); "
    "evidence.group_by(pl.col('declaration_date').str.slice(0, 4)).agg(pl.col('declaration_id').n_unique(), pl.len()); "
    "evidence.write_parquet('polars-evidence.parquet', compression='zstd'); evidence.write_csv('polars-evidence.csv'); "
    "party = lambda role, id: records.group_by(pl.col(role + '_name').alias('name'), pl.col(role + '_country').alias('country'), "
    "id.alias('id')).agg(pl.len().alias('n_records')).with_columns(pl.lit(role).alias('role')); "
    "pl.concat([party('shipper', pl.lit('')), party('consignee', pl.col('consignee_tax_id'))]).group_by('name', 'country', 'id')"
    ".agg(pl.col('role').sort().str.join(';'), pl.col('n_records').sum()).sort('name', 'country', 'id').collect(engine='streaming')"
    ".write_csv('polars-parties.csv')"
)
LATIN = "ba ce di fo gu ha ki lo mu na pe ri so ta ve xo za tech met ind trans glob elec auto".split()
CYRILLIC = "ба ве ги до жу за ки ло му на пе ри со та ве хо це тех мет инд транс сиб пром авто".split()


def words(random_source, syllables, n_words):
    return ["".join(random_source.choices(syllables, k=random_source.randint(2, 4))) for _ in range(n_words)]


def parties(random_source, names, n_parties, forms):
    made = []
    for _ in range(n_parties):
        core = " ".join(random_source.choices(names, k=random_source.randint(1, 3))).upper()
        made.append(random_source.choice(forms).format(core))
    return made


def write_records(path, n_rows, seed=281):
    """Writes the extract; the same bytes for the same number of rows."""
    r = random.Random(seed)
    latin, cyrillic = words(r, LATIN, 4000), words(r, CYRILLIC, 4000)
    shippers = parties(r, latin, 200_000, ["{} LLC", '"{} CO., LTD"', "{} GMBH", "{}"])
    consignees = parties(r, cyrillic, 200_000, ['"ООО ""{}"""', "ООО {}", "АО {}"])
    tax_ids = [str(r.randrange(10**9, 9 * 10**9)) for _ in consignees]
    codes = [f"{r.randrange(10_1000_0000, 97_9999_9999):010d}" for _ in range(12_000)]
    phrases = [" ".join(r.choices(cyrillic, k=5)) for _ in range(20_000)], [" ".join(r.choices(latin, k=4)) for _ in range(20_000)]
    countries = "CN DE TR US KZ IT IN FR PL KR JP GB AE BY UZ HK NL CZ FI LT".split()
    skewed = lambda size: int(size ** r.random()) - 1
    written = declaration = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        while written < n_rows:
            declaration += 1
            year, month, day = 2019 + r.randrange(6), 1 + r.randrange(12), 1 + r.randrange(28)
            office, country = f"10{100000 + r.randrange(120)}", countries[skewed(20)]
            at = skewed(len(consignees))
            start = f"{office}/{day:02}{month:02}{year % 100:02}/{declaration:07}"
            date, shipper = f"{year}-{month:02}-{day:02}", shippers[skewed(len(shippers))]
            lines = []
            for line in range(1, 1 + min(1 + int(r.expovariate(0.6)), n_rows - written, 12)):
                net = round(r.lognormvariate(4.5, 1.6), 3)
                value = round(net * r.lognormvariate(1.2, 0.9), 2)
                lines.append(
                    f"{start},{line},{date},{'40' if r.random() < 0.8 else '10'},{office},{codes[skewed(len(codes))]},"
                    f"{phrases[0][r.randrange(20_000)]} {phrases[1][r.randrange(20_000)]} {r.randrange(1000, 999999)},{shipper},"
                    f"{country},{consignees[at]},{tax_ids[at]},RU,{countries[skewed(20)]},{country},RU,{r.choice('1234')}0,"
                    f"{r.choice(['CIP', 'DAP', 'FOB', 'EXW'])},{r.randrange(1, 5000)},{r.choice(['796', '166', '112', ''])},"
                    f"{net * 1.07:.3f},{net},{value},{r.choice(['USD', 'EUR', 'CNY', 'RUB'])},{value * 1.01:.2f},INV-{r.randrange(10**6, 10**7)}\n"
                )
            file.write("".join(lines))
            written += len(lines)


def measure(command, folder):
    """Runs a command; returns wall seconds, processor seconds, peak MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed: {errors.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def programs(plimsoll, arguments, duck, bear):
    """Returns name and command of each program that is there; `duck` are statements, `bear` is Python."""
    found = [("plimsoll", [plimsoll, *arguments, "--threads", "2"])]
    duck = f"import duckdb; c = duckdb.connect(); c.execute('SET threads=2'); c.execute('SET enable_progress_bar=false'); [c.execute(s) for s in {duck!r}]"
    bear = f"import os; os.environ['POLARS_MAX_THREADS'] = '2'; import polars as pl; {bear}"
    for name, script in [("duckdb", duck), ("polars", bear)]:
        if importlib.util.find_spec(name):
            found.append((name, [sys.executable, "-c", script]))
        else:
            print(f"{name}: its Python package is not at hand, left out")
    return found


def compare(commands, folder, n_repeats, n_rows, before_each=lambda: None):
    """Runs the programs in turn and prints what each run took, then the medians."""
    walls = {}
    for repeat in range(n_repeats):
        for name, command in commands:
            before_each()
            wall, processor, peak = measure(command, folder)
            walls.setdefault(name, []).append(wall)
            print(f"{name:9} run {repeat + 1}: {wall:7.2f} s wall, {processor:7.2f} s processor, {peak:6.0f} MiB peak")
    medians = {name: statistics.median(times) for name, times in walls.items()}
    for name, wall in medians.items():
        ratio = f", {wall / medians['duckdb']:.2f} of DuckDB's" if "duckdb" in medians else ""
        print(f"{name:9} median: {wall:7.2f} s wall{ratio}, {n_rows / wall / 1e6:.2f} M records/s")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--plimsoll", required=True)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--work", help="folder to work in; a temporary one if absent")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--gz", action="store_true", help="read the extract from gz")
    arguments.add_argument("--zst", action="store_true", help="read the extract from zst (needs the program zstd)")
    given = arguments.parse_args()
    folder = os.path.abspath(given.work or tempfile.mkdtemp(prefix="plimsoll-bench-"))
    os.makedirs(folder, exist_ok=True)
    records = os.path.join(folder, f"records-{given.rows}.csv")
    if not os.path.exists(records):
        write_records(records, given.rows)
    print(f"{given.rows:,} records, {os.path.getsize(records):,} bytes of CSV, {os.cpu_count()} processors")
    if given.gz:
        with open(records, "rb") as source, gzip.open(records + ".gz", "wb", 6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        records += ".gz"
    elif given.zst:
        subprocess.check_call(["zstd", "-q", "-f", "-3", records, "-o", records + ".zst"])
        records += ".zst"
    with open(os.path.join(folder, "schema.toml"), "w") as file:
        file.write(SCHEMA)
    run_file = f'title = "bench"\n[[records]]\npath = "{os.path.basename(records)}"\nschema = "schema.toml"\n'
    with open(os.path.join(folder, "run.toml"), "w") as file:
        file.write(run_file)

    plimsoll = os.path.abspath(given.plimsoll)
    to_store = programs(
        plimsoll,
        ["run", "run.toml", "--until", "store"],
        [f"COPY (FROM read_csv('{records}', all_varchar=true)) TO 'duckdb.parquet' (FORMAT parquet, COMPRESSION zstd)"],
        f"pl.scan_csv({records!r}, infer_schema_length=0).sink_parquet('polars.parquet', compression='zstd')",
    )
    print("to the store:")
    new_store = lambda: shutil.rmtree(os.path.join(folder, ".plimsoll"), ignore_errors=True)
    # The program comes last, so that its store is there for the question.
    compare(to_store[1:] + to_store[:1], folder, given.repeats, given.rows, new_store)
    for at, (title, (codes, duck, bear)) in enumerate(QUESTIONS.items()):
        with open(os.path.join(folder, f"question-{at}.toml"), "w") as file:
            file.write(run_file + QUESTION.format(codes=codes))
        command = ["run", f"question-{at}.toml"]
        bear_count, bear_files = BEAR_COUNT.format(condition=bear), BEAR_FILES.format(condition=bear)
        count = programs(plimsoll, command, [DUCK_COUNT.format(condition=duck)], bear_count)
        files = programs(plimsoll, command, [text.format(condition=duck) for text in DUCK_FILES], bear_files)
        # The first question over a store resolves the repeats and puts the parties together.
        measure(count[0][1], folder)
        print(f"a second question, {title}; the peers write the same files:")
        compare(files, folder, given.repeats, given.rows)
        print(f"a second question, {title}; the peers count and write nothing:")
        compare(count[1:], folder, given.repeats, given.rows)


if __name__ == "__main__":
    main()

# What continuous integration runs.
check:
    .ci/run

# The sample, from raw files to run folder.
sample:
    cargo run --release -- run sample_data/poly-group.toml

test:
    cargo test --release

# Dirty files by the thousand, held against their truth; prints the figures of docs/methods/reliability.md.
reliability:
    PLIMSOLL_RELIABILITY=full cargo test --release --test it reliability -- --nocapture --test-threads 1

# Trend tests against other programs, simulations and properties; prints the figures of docs/methods/trend.md.
trend:
    cargo test --release --test it trend -- --nocapture --test-threads 1

# Ten thousand series under all trend tests.
bench-trend:
    cargo bench --bench trend

# Rewrites the snapshots of the tests: read the diff as carefully as code.
accept:
    INSTA_UPDATE=always cargo test --release

# Makes the committed sample again.
generate:
    cargo run --release --example generate_sample -- --seed 281 --planted 281 --out sample_data

# Reading speed against public peers, as a ratio in one run.
bench:
    cargo bench --bench record_reader

# The way from raw records to the store against public peers, as ratios in one run.
bench-store rows="1000000":
    cargo build --release
    python3 benches/store.py --plimsoll "${CARGO_TARGET_DIR:-target}/release/plimsoll" --rows {{rows}}

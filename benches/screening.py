#!/usr/bin/env python3
"""Measures screening on labelled queries, beside public peers, in one run.

    python3 benches/screening.py --plimsoll target/release/plimsoll --data DIR [--full] [--real NAMES.csv --against LIST.csv]

DIR (or the variable PLIMSOLL_SCREENING_DATA) holds `watchlist.csv` (`name_id,entity_id,name,kind,type,…`), `queries*.csv`
(`qid,query,label,entity_id,src_name_id,cls,…`) and, if ordinary names are to be counted, `negative_pool.csv` (`name`). A second set of
queries is made with `benches/screening_queries.py`. For each set it prints, for the program and for two peers:

- best F1 over all thresholds;
- recall of the right entity as the best match (ties count) where 0.1, 1 and 5 % of the queries without one still have a match;
- processor milliseconds a query, reading and indexing included, and peak memory;
- recall by kind of damage at 1 %.

Peers: RapidFuzz `ratio` against every listed name (its fastest scorer), and the cosine of character trigrams weighted by TF-IDF with
sparse_dot_topn. A peer whose Python package is absent is left out with a line.

`--full` adds 100,000 queries against the list, a million against 100,000 listed names, and one thread against two. `--real` counts
the matches of a list of real names (`id,name`) by band and lists them.
"""
import argparse
import collections
import csv
import glob
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import unicodedata

KINDS = {"entity": "company", "individual": "person", "person": "person", "vessel": "vessel", "aircraft": "aircraft"}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


class Cost:
    """What a child process cost: seconds of the processor, seconds on the wall, peak MiB."""

    def __init__(self, command, **options):
        started = time.perf_counter()
        child = subprocess.Popen(command, **options)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{command[0]} ended with {child.returncode}")
        self.wall = time.perf_counter() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        self.mib = usage.ru_maxrss / 1024


def screen(plimsoll, work, names, listed, threshold, top, threads=2):
    """Screens `[(id, name)]` against a list in the format `names`; returns {id: [(score, entity, listed name)]} and what it cost."""
    names_file, out = os.path.join(work, "names.csv"), os.path.join(work, "matches.csv")
    write(names_file, ["id", "name"], names)
    command = [plimsoll, "screen", names_file, "--watchlist", f"{listed}=names", "--threshold", str(threshold), "--out", out]
    command += ["--top", str(top)] if top else []
    cost = Cost(command, env={**os.environ, "RAYON_NUM_THREADS": str(threads)})
    hits = collections.defaultdict(list)
    for row in read(out):
        hits[row["id"]].append((float(row["score"]), row["entity_id"], row["listed_name"], row["band"]))
    return hits, cost


def list_of_names(path, work):
    """Writes a watchlist in the format `names` and returns where."""
    target = os.path.join(work, "list.csv")
    rows = read(path)
    kinds = {"primary": "primary", "weak": "weak_alias"}
    write(
        target,
        ["entity_id", "name", "kind", "type", "country"],
        ([row["entity_id"], row["name"], kinds.get(row.get("kind", ""), "alias"), KINDS.get(row.get("type", ""), ""), ""] for row in rows),
    )
    return target, rows


def rates(queries, hits):
    """Returns best F1, {share: (threshold, recall)}, and recall by class at 1 %."""
    best = {}
    for row in queries:
        found = hits.get(row["qid"], [])
        top = max((hit[0] for hit in found), default=None)
        right = top is not None and any(hit[1] == row["entity_id"] and hit[0] == top for hit in found)
        best[row["qid"]] = (top, right and row["label"] == "1")
    without = sorted((best[row["qid"]][0] for row in queries if row["label"] != "1" and best[row["qid"]][0] is not None), reverse=True)
    positives = [row for row in queries if row["label"] == "1"]
    n_without = len(queries) - len(positives)
    answered = sorted((value for value in best.values() if value[0] is not None), key=lambda value: -value[0])
    f1, true, at = 0.0, 0, 0
    while at < len(answered):
        threshold = answered[at][0]
        while at < len(answered) and answered[at][0] == threshold:
            true += answered[at][1]
            at += 1
        f1 = max(f1, 2 * true / (at + len(positives)))
    recall, by_class = {}, {}
    for share in (0.001, 0.01, 0.05):
        allowed = int(share * n_without)
        threshold = without[allowed] if allowed < len(without) else -1.0
        found = [row for row in positives if best[row["qid"]][1] and best[row["qid"]][0] > threshold]
        recall[share] = (threshold, len(found) / len(positives))
        if share == 0.01:
            total, ours = collections.Counter(row["cls"] for row in positives), collections.Counter(row["cls"] for row in found)
            by_class = {kind: ours[kind] / total[kind] for kind in sorted(total)}
    return f1, recall, by_class


def folded(text):
    plain = unicodedata.normalize("NFKD", text)
    if importlib.util.find_spec("anyascii"):
        from anyascii import anyascii

        plain = anyascii(text)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())


def peer(name, data):
    """Runs a peer over a pickled job in a process of its own, so that its memory and time are its own."""
    import pickle

    with open(data, "rb") as file:
        queries, listed = pickle.load(file)
    queries, listed = [folded(query) for query in queries], [folded(name) for name in listed]
    result = []
    if name == "RapidFuzz ratio":
        import numpy
        from rapidfuzz import fuzz, process

        for start in range(0, len(queries), 250):
            scores = process.cdist(queries[start : start + 250], listed, scorer=fuzz.ratio, workers=2, dtype=numpy.uint8)
            for row in scores:
                best = numpy.argpartition(-row.astype(numpy.int16), 10)[:10]
                result.append([(int(at), float(row[at])) for at in best])
    else:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sparse_dot_topn import sp_matmul_topn

        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype="float32")
        weights = vectorizer.fit_transform(listed)
        found = sp_matmul_topn(vectorizer.transform(queries), weights.T.tocsr(), top_n=10, threshold=0.2, sort=True, n_threads=2)
        for at in range(len(queries)):
            span = range(found.indptr[at], found.indptr[at + 1])
            result.append([(int(found.indices[k]), round(float(found.data[k]), 6)) for k in span])
    with open(data, "wb") as file:
        pickle.dump(result, file)


def run_peer(name, queries, rows, work):
    import pickle

    data = os.path.join(work, "peer.pickle")
    with open(data, "wb") as file:
        pickle.dump(([row["query"] for row in queries], [row["name"] for row in rows]), file)
    cost = Cost([sys.executable, os.path.abspath(__file__), "--peer", name, "--data", data])
    with open(data, "rb") as file:
        found = pickle.load(file)
    hits = {row["qid"]: [(score, rows[at]["entity_id"]) for at, score in one] for row, one in zip(queries, found)}
    return hits, cost


def table(title, queries, rows, listed, args, work):
    print(f"\n{title}: {len(queries):,} queries against {len(rows):,} names")
    print(f"{'':26}{'best F1':>8}{'R@0.1%':>8}{'R@1%':>8}{'R@5%':>8}{'ms/query':>10}{'MiB':>7}")
    classes = {}

    def line(name, hits, cost):
        f1, recall, classes[name] = rates(queries, hits)
        cells = "".join(f"{recall[share][1]:8.3f}" for share in (0.001, 0.01, 0.05))
        print(f"{name:26}{f1:8.3f}{cells}{1000 * cost.cpu / len(queries):10.3f}{cost.mib:7.0f}", flush=True)

    hits, cost = screen(args.plimsoll, work, [(row["qid"], row["query"]) for row in queries], listed, 0.3, 10)
    line("plimsoll", hits, cost)
    for name, package in (("TF-IDF + sparse_dot_topn", "sparse_dot_topn"), ("RapidFuzz ratio", "rapidfuzz")):
        if importlib.util.find_spec(package) is None:
            print(f"{name}: left out, the Python package {package} is not here")
            continue
        line(name, *run_peer(name, queries, rows, work))
    print(f"\n{'recall by kind at 1 %':26}" + "".join(f"{name.split(' ')[0]:>12}" for name in classes))
    for kind in next(iter(classes.values())):
        print(f"{kind:26}" + "".join(f"{of[kind]:12.3f}" for of in classes.values()))


def ordinary_names(path, listed, args, work):
    names = [row["name"] for row in read(path)]
    hits, _ = screen(args.plimsoll, work, list(enumerate(names)), listed, 0.74, 1)
    strong = sum(hit[0][3] == "strong" for hit in hits.values())
    print(f"\nordinary company names: {len(names):,}; with a match a 100,000: "
          f"{100_000 * strong / len(names):.0f} at the default threshold (0.85), {100_000 * len(hits) / len(names):.0f} at 0.74")


def real_names(args, work):
    names = [(row["id"], row["name"]) for row in read(args.real)]
    hits, _ = screen(args.plimsoll, work, names, args.against, 0.74, 1)
    bands = collections.Counter(hit[0][3] for hit in hits.values())
    print(f"\nreal names: {len(names):,}; strong {bands['strong']}, to review {bands['review']}")
    for key, name in names:
        for score, _, listed_name, band in hits.get(key, []):
            print(f"  {score:.3f} {band:7} {name} -> {listed_name}")


def many(rows, queries, pool, args, work):
    """Speed: 100,000 queries against the list; a million made of them against 100,000 listed names; one thread against two."""
    names = [row["query"] for row in queries] + [row["name"] for row in pool]
    distinct = lambda number: [(at, names[at % len(names)] + ("" if at < len(names) else f" {at // len(names)}")) for at in range(number)]
    listed, _ = list_of_names(args.watchlist, work)
    longer = os.path.join(work, "longer.csv")
    copies = [(f"{row['entity_id']}-{copy}", row["name"] + f" {word}".rstrip()) for copy, word in enumerate(("", "II", "NOVA")) for row in rows]
    write(longer, ["entity_id", "name"], copies[:100_000])
    print(f"\n{'speed':52}{'wall s':>8}{'CPU s':>8}{'MiB':>7}")
    walls = {}
    for title, number, target, threads in (
        (f"100,000 queries, {len(rows):,} names, 2 threads", 100_000, listed, 2),
        (f"100,000 queries, {len(rows):,} names, 1 thread", 100_000, listed, 1),
        ("1,000,000 queries, 100,000 names, 2 threads", 1_000_000, longer, 2),
    ):
        _, cost = screen(args.plimsoll, work, distinct(number), target, 0.85, 1, threads)
        walls[(number, threads)] = cost.wall
        print(f"{title:52}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.mib:7.0f}", flush=True)
    print(f"two threads are {walls[(100_000, 1)] / walls[(100_000, 2)]:.2f} times as fast as one")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plimsoll", default="target/release/plimsoll")
    parser.add_argument("--data", default=os.environ.get("PLIMSOLL_SCREENING_DATA"))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--real")
    parser.add_argument("--against")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        return peer(args.peer, args.data)
    if not args.data or not os.path.isdir(args.data):
        print("skipped: name the folder with watchlist.csv and queries*.csv by --data or PLIMSOLL_SCREENING_DATA")
        return None
    args.watchlist = os.path.join(args.data, "watchlist.csv")
    pool = os.path.join(args.data, "negative_pool.csv")
    with tempfile.TemporaryDirectory() as work:
        listed, rows = list_of_names(args.watchlist, work)
        for path in sorted(glob.glob(os.path.join(args.data, "queries*.csv"))):
            queries = read(path)
            table(os.path.basename(path), queries, rows, listed, args, work)
        if os.path.exists(pool):
            ordinary_names(pool, listed, args, work)
        if args.real and args.against:
            real_names(args, work)
        if args.full:
            many(rows, queries, read(pool) if os.path.exists(pool) else [], args, work)
    return None


if __name__ == "__main__":
    main()

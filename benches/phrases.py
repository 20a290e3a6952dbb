#!/usr/bin/env python3
"""Times the flagging of goods by phrases beside ripgrep on the same text, in one run.

    python3 benches/phrases.py [--descriptions 10000000] [--work DIR] [--repeats 3] [--rg rg]

Writes made-up descriptions (Russian, English, Chinese, Turkish and Spanish words with models, numbers and quantities, 40 to 150 characters,
hardly a repeat) in two files of equal length, and 500 phrases in ten goods sets: stems, whole words, model names, Chinese words, regular
expressions, and words that must be near or must not be there. Then, in turn and as often as asked:

- plimsoll: `benches/phrases.rs`, the library's way from the text of an item to the sets and rules by which it is selected, on two threads.
- `rg -c -F -f`: the phrases as plain strings, letter by letter, on two threads (ripgrep takes a file a thread).
- `rg -c -i -f`: the same strings without regard to case.
- with --words, once: `rg -c -i -f` with what comes closest to the phrases: word boundaries, stems and free separators, on a
  hundredth of the text.

It is not the same work: ripgrep says how many lines hold any of the strings. It does not say which phrases, knows no sets, no `near` or
`not`, no accents and no letters that look alike, and may stop at the first string of a line.

Prints wall seconds, processor seconds and peak memory of each run, and the medians. `cargo` builds the bench, unless `--bench` names it.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile

from store import measure

LATIN = "ba ce di fo gu ha ki lo mu na pe ri so ta ve xo za tech met ind trans glob elec auto ster ion al er".split()
TURKISH = "ba çe di fö gü ha kı lo mu na pe rı şo ta ve yo za lık cı ma mek ler ğa iş".split()
SPANISH = "ba ce di fo gu há qui lo mu ña pe ri so ta ve jo za ción mé in trans os ar".split()
CYRILLIC = "ба ве ги до жу за ки ло му на пе ри со та вё хо це тех мет инд транс ный ка ов ст ения".split()
HAN = (
    "机床数控车铣刀具零件轴承电动发器设备用于制造加工金属中心钻头合金钢铁铝管阀门泵压缩传感集成路板连接线缆光学镜头测量仪表航空无人飞行"
    "直升旋翼桨叶片涡轮引擎油箱滤芯密封圈螺丝母垫弹簧齿皮带链条减速箱液气缸活塞杆夹模冲注塑焊接激割打印材料碳纤维玻璃陶瓷橡胶"
)
BRANDS = [f"{a}{b}" for a in "Val Ost Nor Kel Dra Mor Tan Ber Sil Rav".split() for b in "derin brook tech motor max ven star line".split()]
SHARES = {"ru": 45, "en": 30, "zh": 10, "tr": 8, "es": 7}
UNITS = {"ru": "ШТ", "en": "PCS", "zh": "件", "tr": "ADET", "es": "UDS"}
LEADS = {"ru": ["модель", "арт.", "тип"], "en": ["model", "P/N", "type"], "zh": ["型号", "编号"], "tr": ["model", "tip"], "es": ["modelo", "ref."]}
N_SETS, FRAGMENTS = 10, 40_000


def vocabulary(r, language, n_words=4000):
    """Returns distinct words of a language, the most frequent first."""
    syllables = {"ru": CYRILLIC, "en": LATIN, "tr": TURKISH, "es": SPANISH, "zh": list(HAN)}[language]
    words = dict.fromkeys("".join(r.choices(syllables, k=r.choice([2, 3, 3, 4]))) for _ in range(2 * n_words))
    return list(words)[:n_words]


def skewed(r, size):
    """Returns a place below a size, small ones far more often."""
    return int(size ** r.random()) - 1


def models(r, n_models=6000):
    """Returns model names in capitals, in parts: letters, digits and sometimes letters behind."""
    tail = ["", "", "A", "M", "SH", "MT", "В", "АМ"]
    head = lambda: "".join(r.choices("ABCEHKMPTXDLQRS", k=r.choice([1, 2, 2, 3])))
    return list(dict.fromkeys((head(), str(r.randrange(2, 9999)), r.choice(tail)) for _ in range(n_models)))


def fragments(r, language, words):
    """Returns runs of two to six words, as they stand in descriptions."""
    joint = "" if language == "zh" else " "
    made = []
    for _ in range(FRAGMENTS):
        text = joint.join(words[skewed(r, len(words))] for _ in range(r.randint(2, 4 if language != "zh" else 6)))
        made.append(text.upper() if r.random() < 0.6 else text)
    return made


def write_descriptions(paths, n_descriptions, vocabularies, all_models, seed=281):
    """Writes the descriptions, the same bytes for the same number."""
    r = random.Random(seed)
    pieces = {language: fragments(r, language, words) for language, words in vocabularies.items()}
    languages = r.choices(list(SHARES), list(SHARES.values()), k=100_000)
    pick = lambda values: values[int(r.random() * len(values))]
    at = 0
    for path, n_lines in zip(paths, [n_descriptions - n_descriptions // 2, n_descriptions // 2]):
        with open(path, "w", encoding="utf-8", newline="") as file:
            while n_lines:
                n_now = min(n_lines, 10_000)
                lines = []
                for _ in range(n_now):
                    at += 1
                    language = languages[at % len(languages)]
                    own = pieces[language]
                    head, digits, tail = all_models[skewed(r, len(all_models))]
                    mark = pick(("-", "-", " ", "", "/"))
                    number = int(r.random() * 10_000_000)
                    comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
                    lines.append(
                        f"{pick(own)}{comma}{pick(own)}{colon}{pick(LEADS[language])} {head}{mark}{digits}{tail}{comma}{pick(BRANDS)} "
                        f"{number:07}{comma}{number % 977} {UNITS[language]}\n"
                    )
                file.write("".join(lines))
                n_lines -= n_now


def phrases(vocabularies, all_models, seed=282):
    """Returns 500 phrases in ten sets of 50: (key of the set, phrase, plain string, pattern)."""
    r = random.Random(seed)
    shortest = lambda language: 2 if language == "zh" else 7
    rare = lambda language, n: r.sample([word for word in vocabularies[language][600:] if len(word) >= shortest(language)], n)
    sets = []
    for at in range(N_SETS):
        # Two of the sets ask for frequent words near, and that others are not there; the others have more phrases instead.
        n_russian, own = (8, frequent_words(r, vocabularies)) if at < 2 else (16, [])
        for language, n_stems in [("ru", n_russian), ("en", 5), ("tr", 2), ("es", 1)]:
            for word in rare(language, n_stems):
                stem = word[: max(6, len(word) - 2)]
                own.append(("phrases", stem + "*", stem, rf"\b{stem}\w*"))
        for first, second in zip(rare("en", 3), vocabularies["en"][20:]):
            own.append(("phrases", f"{first} {second}*", f"{first} {second}", rf"\b{first}[ -]{second}\w*"))
        for head, digits, _ in r.sample(all_models[40:], 14):
            own.append(("phrases", f"{head}-{digits}*", f"{head}-{digits}", rf"\b{head}[-/ ]?{digits}\p{{L}}*\b"))
        own.extend(("phrases", word, word, word) for word in rare("zh", 7))
        for head, digits, _ in r.sample(all_models[40:], 2):
            pattern = rf"(?i)\b{head}-?{digits[0]}\d{{2,3}}\b"
            own.append(("phrases", f"/{pattern}/", f"{head}-{digits}", pattern))
        assert len(own) == 50
        sets.append(own)
    return sets


def frequent_words(r, vocabularies):
    """Returns five words that must be near and three that must not be there; ripgrep is not asked for them."""
    words = [*r.sample(vocabularies["ru"][:60], 4), *r.sample(vocabularies["en"][:60], 4)]
    return [("near" if at % 8 < 5 else "not", word + "*", None, None) for at, word in enumerate(words)]


def write_phrases(folder, sets):
    """Writes the sets as a run file has them, and the strings and patterns for ripgrep."""
    with open(os.path.join(folder, "sets.toml"), "w", encoding="utf-8") as file:
        for at, own in enumerate(sets):
            file.write(f"[set-{at}]\n")
            for key in ["phrases", "near", "not"]:
                of_key = [phrase for kind, phrase, _, _ in own if kind == key]
                if of_key:
                    file.write(f"{key} = {json.dumps(of_key, ensure_ascii=False)}\n")
    for name, column in [("strings.txt", 2), ("patterns.txt", 3)]:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.writelines(phrase[column] + "\n" for own in sets for phrase in own if phrase[0] == "phrases")


def built_bench():
    """Builds the bench with cargo and returns its path."""
    command = ["cargo", "bench", "--bench", "phrases", "--no-run", "--message-format=json"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [json.loads(line) for line in lines if line.startswith("{")]
    return next(entry["executable"] for entry in made if entry.get("target", {}).get("name") == "phrases" and entry.get("executable"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--descriptions", type=int, default=10_000_000)
    arguments.add_argument("--work", help="folder to work in; a temporary one if absent")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--rg", default="rg")
    arguments.add_argument("--words", action="store_true", help="also the patterns that come closest to phrases, which take minutes")
    arguments.add_argument("--bench", help="the built bench; cargo builds it if absent")
    given = arguments.parse_args()
    folder = os.path.abspath(given.work or tempfile.mkdtemp(prefix="plimsoll-bench-"))
    os.makedirs(folder, exist_ok=True)
    r = random.Random(280)
    vocabularies = {language: vocabulary(r, language) for language in SHARES}
    all_models = models(r)
    texts = [os.path.join(folder, f"descriptions-{given.descriptions}-{half}.txt") for half in (1, 2)]
    hundredth = [path.replace("descriptions", "hundredth") for path in texts]
    if not all(map(os.path.exists, texts + hundredth)):
        write_descriptions(texts, given.descriptions, vocabularies, all_models)
        for path, part in zip(texts, hundredth):
            with open(path, "rb") as source, open(part, "wb") as target:
                target.writelines(source.readline() for _ in range(given.descriptions // 200))
    write_phrases(folder, phrases(vocabularies, all_models))
    n_bytes = sum(map(os.path.getsize, texts))
    print(f"{given.descriptions:,} descriptions, {n_bytes:,} bytes, {os.cpu_count()} processors")

    bench = os.path.abspath(given.bench or built_bench())
    os.environ["RAYON_NUM_THREADS"] = "2"
    search = [given.rg, "--no-config", "-j", "2", "-c"]
    commands = [
        ("plimsoll", [bench, "sets.toml", *texts]),
        ("rg -F", [*search, "-F", "-f", "strings.txt", *texts]),
        ("rg -F -i", [*search, "-F", "-i", "-f", "strings.txt", *texts]),
    ]
    for name, command in commands:
        said = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        print(f"{name}: {'; '.join(line.replace(folder + '/', '') for line in said)}")
    walls = {}
    for repeat in range(given.repeats):
        for name, command in commands:
            walls.setdefault(name, []).append(timed(name, f"run {repeat + 1}", command, folder))
    for name, times in walls.items():
        wall = statistics.median(times)
        print(f"{name:9} median: {wall:7.2f} s wall, {given.descriptions / wall / 1e6:.2f} M descriptions/s")
    if given.words:
        timed("rg, words", "a hundredth", [*search, "-i", "-f", "patterns.txt", *hundredth], folder)


def timed(name, which, command, folder):
    """Runs a command, prints what it took and returns its wall seconds."""
    wall, processor, peak = measure(command, folder)
    print(f"{name:9} {which}: {wall:7.2f} s wall, {processor:7.2f} s processor, {peak:6.0f} MiB peak", flush=True)
    return wall


if __name__ == "__main__":
    main()

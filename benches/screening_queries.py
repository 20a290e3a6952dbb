#!/usr/bin/env python3
"""Makes a labelled set of queries from lists of names: the second set beside which screening is judged.

    python3 benches/screening_queries.py --listed listed.csv --unlisted unlisted.csv --number 4000 --out queries.csv

`listed.csv` has `name_id,entity_id,name`; `unlisted.csv` has `name`. Half of the queries are listed names, damaged in one of the ways
below or two of them; half are names of the other file, some of them damaged the same way. The same files give the same queries. Writes
`qid,query,label,entity_id,src_name_id,cls,country`.
"""
import argparse
import csv
import random
import re

SCREEN_KEYS = {
    "a": "qsz", "b": "vgn", "c": "xdv", "d": "sfec", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok", "j": "hku", "k": "jli",
    "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf",
    "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
}
LATIN = dict(zip("абвгдезийклмнопрстуфыэі", "abvgdeziyklmnoprstufyei"))
RUSSIAN = [  # three habits of writing Cyrillic in Latin letters
    {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ё": "yo", "ь": "", "ъ": "", "є": "ye", "ї": "yi"},
    {"ж": "j", "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "ju", "я": "ja", "ё": "e", "ь": "", "ъ": "", "й": "j", "є": "e", "ї": "i"},
    {"ж": "zh", "х": "h", "ц": "tz", "ч": "tch", "ш": "sh", "щ": "sch", "ю": "iu", "я": "ia", "ё": "yo", "ь": "'", "ъ": "", "й": "i", "ы": "i", "є": "ie", "ї": "i"},
]
DRIFT = [
    ("kh", "h"), ("zh", "j"), ("ts", "c"), ("ck", "k"), ("iya", "ia"), ("yy", "y"), ("iy", "y"), ("ii", "iy"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("ph", "f"), ("q", "k"), ("w", "v"), ("x", "ks"), ("sch", "sh"), ("ya", "ia"), ("yu", "iu"), ("ei", "ey"), ("dh", "d"),
    ("mohammad", "muhammed"), ("al-", "el "), ("abd al-", "abdul "), ("sh", "sch"), ("ye", "e"), ("gh", "g"),
]
FORMS = ["LTD", "LLC", "CO., LTD.", "LIMITED", "INC.", "OOO", "JSC", "GmbH", "S.A.", "FZE", "PVT LTD", "CORPORATION", "TRADING CO", "A.S."]
FORM_WORDS = re.compile(
    r"\b(co\.?,? ltd\.?|ltd\.?|llc|limited liability company|limited|inc\.?|jsc|joint stock company|corp\.?|corporation|company|gmbh|ооо|ао|s\.a\.|plc)(?=\W|$)",
    re.I,
)
SHORT = {
    "international": "INTL", "trading": "TRDG", "technology": "TECH", "technologies": "TECH", "manufacturing": "MFG", "company": "CO",
    "industries": "IND", "industrial": "INDL", "engineering": "ENGG", "development": "DEV", "corporation": "CORP", "limited": "LTD",
    "electronics": "ELEC", "equipment": "EQPT", "group": "GRP", "services": "SVCS", "institute": "INST", "enterprise": "ENT", "general": "GEN",
    "national": "NATL", "import": "IMP", "export": "EXP", "research": "RES", "machinery": "MACH", "production": "PROD", "association": "ASSN",
}
ADDRESSES = [
    ", {n} Orchard Road #{m}-01, Singapore {z}", " Flat {n}, {m}/F, Nathan Road, Kowloon", ", 1{n} Nevsky prospekt, St. Petersburg", ", ul. Lesnaya d.{n}, Moscow",
    " Rm {n} Bldg {m} Longhua District Shenzhen", ", Organize Sanayi Bolgesi {n}. Cadde No:{m} Ankara", ", P.O.Box {z} Sharjah UAE", ", Av. Larco {n}, Lima, Peru",
    ", {n} Main Street, Nicosia, Cyprus", ", Hauptstr. {n}, 1{z} Berlin, Germany", ", г. Москва, ул. Лесная, д. {n}, оф. {m}", " Plot No {n}, Sector {m}, Karachi",
]
EXTRA = [" (BEIJING BRANCH)", " TEL {z}{z}", " ИНН 770{z}128", " BRANCH OFFICE", " TAX ID {z}{z}", " ATTN: MR IVAN PETROV", " C/O DHL GLOBAL FORWARDING", " - HEAD OFFICE"]
FRONT = ["TO ORDER OF ", "M/S. ", "CONSIGNEE: ", "MESSRS ", "ON BEHALF OF ", "EXPORTER "]


def typo(text, rng):
    places = [at for at, letter in enumerate(text) if letter.isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1:]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    near = SCREEN_KEYS.get(text[at].lower())
    if near is None:
        return text[:at] + text[at + 1:]
    letter = rng.choice(near)
    return text[:at] + (letter.upper() if text[at].isupper() else letter) + text[at + 1:]


def several_typos(text, rng):
    return typo(typo(text, rng), rng)


def transliterate(text, rng):
    habit = rng.choice(RUSSIAN)
    if re.search("[а-яА-Я]", text):
        latin = "".join(habit.get(letter, LATIN.get(letter, letter)) for letter in text.lower())
        return latin.upper() if rng.random() < 0.7 else latin.title()
    lowered = text.lower()
    fits = [pair for pair in DRIFT if pair[0] in lowered]
    for old, new in rng.sample(fits, min(2, len(fits))):
        lowered = lowered.replace(old, new, 1)
    return lowered.upper()


def read_badly(text, rng):
    looks = {"O": "0", "I": "1", "S": "5", "B": "8", "l": "1", "o": "0", "G": "6", "E": "F", "m": "rn", "Z": "2", "i": "l", "M": "IVI"}
    places = [at for at, letter in enumerate(text) if letter in looks]
    for at in sorted(rng.sample(places, min(2, len(places))), reverse=True):
        text = text[:at] + looks[text[at]] + text[at + 1:]
    return text


def change_form(text, rng):
    bare = FORM_WORDS.sub("", text).strip(" ,.")
    return bare if rng.random() < 0.3 else f"{bare} {rng.choice(FORMS)}"


def glue(text, rng):
    words = text.split(" ")
    if len(words) > 1 and rng.random() < 0.65:
        at = rng.randrange(len(words) - 1)
        return " ".join(words[:at] + [words[at] + words[at + 1]] + words[at + 2:])
    longest = max(words, key=len)
    if len(longest) < 6:
        return "".join(words)
    cut = rng.randrange(2, len(longest) - 2)
    return text.replace(longest, longest[:cut] + " " + longest[cut:], 1)


def shorten(text, rng):
    return " ".join(SHORT.get(word.lower().strip(".,"), word) for word in text.split(" "))


def reorder(text, rng):
    words = text.replace(",", "").split(" ")
    at = rng.randrange(1, len(words)) if len(words) > 1 else 0
    return " ".join(words[at:] + words[:at])


def drop(text, rng):
    words = text.split(" ")
    if len(words) < 3:
        return text
    at = rng.randrange(1, len(words))
    return " ".join(words[:at] + words[at + 1:])


def fill(template, rng):
    return template.format(n=rng.randrange(2, 99), m=rng.randrange(2, 30), z=rng.randrange(1000, 9999))


def address(text, rng):
    return text + fill(rng.choice(ADDRESSES), rng)


def extra(text, rng):
    return rng.choice(FRONT) + text if rng.random() < 0.4 else text + fill(rng.choice(EXTRA), rng)


def cut(text, rng):
    return text[: rng.choice([30, 35, 40, 50, 60])].rstrip()


def initials(text, rng):
    words = text.replace(",", "").split(" ")
    keep = max(range(len(words)), key=lambda at: len(words[at]))
    return " ".join(word if at == keep or len(word) < 3 else word[0] + "." for at, word in enumerate(words))


WAYS = {
    "typo1": typo, "typo2": several_typos, "translit": transliterate, "ocr": read_badly, "legal": change_form, "glue": glue,
    "abbrev": shorten, "swap": reorder, "drop": drop, "addr": address, "extra": extra, "trunc": cut, "initials": initials,
}


def damage(name, way, rng):
    if way == "combo":
        first, second = rng.sample([key for key in WAYS if key not in ("initials", "trunc", "typo2")], 2)
        return cut(WAYS[second](WAYS[first](name, rng), rng), rng)
    return WAYS[way](name, rng)


def is_fit(name, way):
    if way in ("trunc",) and len(name) < 36:
        return False
    if way == "abbrev" and not any(word.lower().strip(".,") in SHORT for word in name.split(" ")):
        return False
    if way == "initials" and not 2 <= len(name.split(" ")) <= 4:
        return False
    if way in ("swap", "glue") and " " not in name:
        return False
    return way != "drop" or len(name.split(" ")) > 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listed", required=True)
    parser.add_argument("--unlisted", required=True)
    parser.add_argument("--number", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    with open(args.listed, encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    with open(args.unlisted, encoding="utf-8", newline="") as file:
        unlisted = sorted({row["name"] for row in csv.DictReader(file)} - {row["name"] for row in listed})
    queries = []
    ways = list(WAYS) + ["combo", "combo"]
    while len(queries) < args.number // 2:
        row, way = rng.choice(listed), ways[len(queries) % len(ways)]
        if is_fit(row["name"], way):
            damaged = damage(row["name"], way, rng)
            if damaged.strip():
                queries.append([damaged, 1, row["entity_id"], row["name_id"], way])
    for name in rng.sample(unlisted, args.number - len(queries)):
        is_damaged = rng.random() < 0.4
        way = rng.choice(["addr", "typo1", "extra", "abbrev", "trunc", "legal"])
        queries.append([damage(name, way, rng) if is_damaged else name, 0, "", "", "unlisted"])
    rng.shuffle(queries)
    with open(args.out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["qid", "query", "label", "entity_id", "src_name_id", "cls", "country"])
        writer.writerows([at, *row, ""] for at, row in enumerate(queries))


if __name__ == "__main__":
    main()

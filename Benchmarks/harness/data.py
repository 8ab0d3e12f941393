"""The data: made when first needed, kept, and the same for the same arguments."""
import gzip
import json
import os
import random
import subprocess

import oracle
import places

# Beyond so many cells the oracle would take minutes and all memory: there the peers must agree with each other.
ORACLE_CELLS = 20_000_000
CITIES = "Springfield Riverton Fairview Georgetown Salem Madison Clinton Arlington".split()
STATES = "AL AK AZ CA CO CT FL GA IL MA NJ NY OH TX WA".split()


def make(rows, columns=12, form="csv"):
    """The path of a data file, relative to the project, after having read it once so that it is in memory."""
    path = f"{places.DATA}/customers-{rows}x{columns}.{form}"
    target = places.ROOT / path
    if not target.exists():
        places.say(f"making {path}")
        part = target.with_name(target.name + ".part")
        subprocess.run([f"{places.PROGRAMS}/make_data", str(rows), str(columns), form, str(part)], check=True,
                       cwd=places.ROOT)
        os.replace(part, target)
    with open(target, "rb") as file:
        while file.read(1 << 20):
            pass
    return path


def compressed(path):
    """The same file as gzip makes it, without the time that would make each different."""
    target = places.ROOT / f"{path}.gz"
    if not target.exists():
        part = target.with_name(target.name + ".part")
        part.write_bytes(gzip.compress((places.ROOT / path).read_bytes(), 6, mtime=0))
        os.replace(part, target)
    return f"{path}.gz"


def facts(rows, columns=12):
    """What the rows hold by the oracle, or None where there are too many of them."""
    if rows * columns > ORACLE_CELLS:
        return None
    path = places.ROOT / f"{places.DATA}/customers-{rows}x{columns}.facts.json"
    if path.exists():
        return json.loads(path.read_text())
    data = make(rows, columns)
    places.say(f"working out what {data} holds")
    found = oracle.facts(places.ROOT / data)
    path.write_text(json.dumps(found))
    return found


def pages(count, size):
    """The path of a folder with the pages 1.json, 2.json ... of an API, `size` customers on each."""
    folder = f"{places.DATA}/pages-{count}x{size}"
    target = places.ROOT / folder
    if not target.exists():
        places.say(f"making {folder}")
        part = target.with_name(target.name + ".part")
        part.mkdir(exist_ok=True)
        chance = random.Random(11)
        for page in range(1, count + 1):
            items = [customer(chance, number) for number in range((page - 1) * size + 1, page * size + 1)]
            following = page + 1 if page < count else None
            body = {"items": items, "page": page, "pages": count, "total": count * size, "next_page": following}
            (part / f"{page}.json").write_text(json.dumps(body, separators=(",", ":")))
        (target.parent / "no-page.json").write_text('{"items":[],"next_page":null}')
        os.replace(part, target)
    for file in target.iterdir():
        file.read_bytes()
    return folder


def customer(chance, number):
    return {
        "id": number, "name": f"Customer {number}", "email": f"user{number}@example.com", "city": chance.choice(CITIES),
        "state": chance.choice(STATES), "zipcode": f"{chance.randrange(501, 99951):05d}",
        "industry": chance.choice(("Technology", "Finance", "Retail", None)), "employees": chance.randrange(1, 5000),
        "revenue": round(chance.uniform(1e4, 5e6), 2), "active": chance.random() < 0.8,
        "created_at": f"20{chance.randrange(15, 25)}-{chance.randrange(1, 13):02d}-01T00:00:00Z"}


def addresses(rows, distinct, zips):
    """The path of a CSV file in which so many distinct addresses and zip codes occur, some with a leading zero."""
    path = f"{places.DATA}/addresses-{rows}x{distinct}x{zips}.csv"
    chance = random.Random(12)
    codes = [f"{code:05d}" for code in chance.sample(range(501, 99951), zips)]
    found = [f"{chance.randrange(1, 9999)} Oak Street Apt {number:05d},{chance.choice(CITIES)},{chance.choice(STATES)},"
             f"{codes[number % zips]}" for number in range(distinct)]
    lines = [f"{row + 1},{found[row] if row < distinct else chance.choice(found)}" for row in range(rows)]
    (places.ROOT / path).write_text("id,address,city,state,zipcode\n" + "\n".join(lines) + "\n")
    return path

"""The data: made when first needed, kept, and the same for the same arguments."""
import gzip
import json
import os
import subprocess

import oracle
import places

# Beyond so many cells the oracle would take minutes and all memory: there the peers must agree with each other.
ORACLE_CELLS = 20_000_000


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

"""A file with everything in it that checks look for, and what each check has to find, counted plainly.

    files.py FOLDER     writes bad.csv, states.csv and expected.json

A check of rows is expected as {"rows": n}: the rows that fail. Tools that count otherwise are held to what they count:
`repeats` (rows after the first of their value), `values` (distinct values that occur more than once). A check of a
value is expected as {"value": x}.
"""
import csv
import json
import math
import pathlib
import random
import re
import sys
from collections import Counter

ROWS = 20_000
EMAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
STATES = "AL AK AZ CA CO CT FL GA IL MA NJ NY OH TX WA".split()
NAMES = ("id email state zipcode uuid revenue cost quantity signed_up closed_on status notes parent_id deleted_at"
         " seq").split()


def rows():
    pick = random.Random(7)
    found = []
    for number in range(1, ROWS + 1):
        chance = pick.random
        signed = f"20{pick.randrange(15, 25)}-{pick.randrange(1, 13):02}-{pick.randrange(1, 29):02}"
        closed = f"20{pick.randrange(25, 27)}-{pick.randrange(1, 13):02}-{pick.randrange(1, 29):02}"
        revenue = round(pick.uniform(10, 90_000), 2)
        row = {
            "id": "" if chance() < 0.002 else str(number if chance() > 0.005 else max(1, number // 2)),
            "email": "" if chance() < 0.02 else f"user{number}@example.com" if chance() > 0.03 else f"user{number}.example",
            "state": pick.choice(STATES) if chance() > 0.01 else pick.choice(["XX", "California"]),
            "zipcode": f"{pick.randrange(501, 99951):05}" if chance() > 0.01 else str(pick.randrange(100, 9999)),
            "uuid": f"{pick.randrange(16 ** 8):08x}-{pick.randrange(16 ** 4):04x}-4{pick.randrange(16 ** 3):03x}-a000-"
                    f"{pick.randrange(16 ** 12):012x}" if chance() > 0.01 else f"id-{number}",
            "revenue": "" if chance() < 0.02 else str(revenue if chance() > 0.01 else -revenue),
            "cost": str(round(revenue * pick.uniform(0.2, 0.9) if chance() > 0.04 else revenue * 1.5, 2)),
            "quantity": str(pick.randrange(1, 500)) if chance() > 0.005 else "many",
            "signed_up": signed if chance() > 0.01 else "1890-01-01",
            "closed_on": "" if chance() < 0.3 else closed if chance() > 0.02 else "1999-12-31",
            "status": pick.choice(["active", "closed", "new"]) if chance() > 0.007 else "test",
            "notes": f"note {number}" if chance() > 0.01 else "TODO ask again",
            "parent_id": "" if chance() < 0.4 else str(pick.randrange(1, ROWS // 3)) if chance() > 0.015 else str(-number),
            "deleted_at": "" if chance() > 0.003 else signed,
            "seq": str(number * 10 if chance() > 0.002 else number * 10 - 15),
        }
        found.append(row)
    for number in range(60):
        found.append(dict(found[number * 37]))
    return found


def expected(found):
    def column(name):
        return [row[name] for row in found if row[name] != ""]

    def failing(name, holds):
        return {"rows": sum(not holds(value) for value in column(name))}

    def nulls(name):
        return {"rows": sum(row[name] == "" for row in found)}

    ids = Counter(column("id"))
    numbers = sorted(float(value) for value in column("revenue"))
    mean = math.fsum(numbers) / len(numbers)
    whole = Counter(tuple(row.values()) for row in found)
    known, last, broken = set(column("id")), None, 0
    for value in map(int, column("seq")):
        broken += last is not None and value < last
        last = value

    def quantile(share):
        place = share * (len(numbers) - 1)
        low = int(place)
        return numbers[low] + (numbers[min(low + 1, len(numbers) - 1)] - numbers[low]) * (place - low)

    def pairs(left, right):
        return [(row[left], row[right]) for row in found if row[left] != "" and row[right] != ""]

    return {
        "row_count": {"value": len(found)},
        "not_null(id)": nulls("id"),
        "unique(id)": {
            "rows": sum(count for count in ids.values() if count > 1),
            "repeats": sum(count - 1 for count in ids.values()), "values": sum(count > 1 for count in ids.values())},
        "not_null(email)": nulls("email"),
        "pattern(email)": failing("email", lambda value: re.match(EMAIL, value)),
        "accepted_values(state)": failing("state", lambda value: value in STATES),
        "references(state)": failing("state", lambda value: value in STATES),
        "references(parent_id)": failing("parent_id", lambda value: value in known),
        "distinct_count(state)": {"value": len(set(column("state")))},
        "value_set(state)": {"values": len(set(column("state")) - set(STATES))},
        "length(zipcode)": failing("zipcode", lambda value: len(value) == 5),
        "pattern(uuid)": failing("uuid", lambda value: re.match(UUID, value)),
        "range(revenue)": failing("revenue", lambda value: float(value) >= 0),
        "mean(revenue)": {"value": mean},
        "sum(revenue)": {"value": math.fsum(numbers)},
        "stddev(revenue)": {"value": math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1))},
        "median(revenue)": {"value": quantile(0.5)},
        "quantile(revenue)": {"value": quantile(0.95)},
        "min(revenue)": {"value": numbers[0]},
        "max(revenue)": {"value": numbers[-1]},
        "expression(cost)": {"rows": sum(float(cost) > float(revenue) for cost, revenue in pairs("cost", "revenue"))},
        "type(quantity)": failing("quantity", str.isdigit),
        "range(signed_up)": failing("signed_up", lambda value: value >= "2000-01-01"),
        "compare(closed_on)": {"rows": sum(closed < signed for closed, signed in pairs("closed_on", "signed_up"))},
        "forbidden_values(status)": failing("status", lambda value: value != "test"),
        "not_pattern(notes)": failing("notes", lambda value: "TODO" not in value),
        "null(deleted_at)": {"rows": len(column("deleted_at"))},
        "monotonic(seq)": {"rows": broken},
        "duplicate_rows": {
            "rows": sum(count - 1 for count in whole.values()),
            "repeats": sum(count - 1 for count in whole.values())},
    }


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = rows()
    with open(folder / "bad.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)
    (folder / "states.csv").write_text("code\n" + "\n".join(STATES) + "\n")
    (folder / "expected.json").write_text(json.dumps(expected(made), indent=1) + "\n")

"""What a CSV file of make_data holds, worked out slowly and plainly with the standard library alone.

Metrics are those of docs/metrics.md, the checks those of peers/rules.py. Quartiles are exact, with linear
interpolation.
"""
import csv
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
import rules  # noqa: E402

INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
DECIMAL = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
CODE = re.compile(r"0[0-9]+\Z")


class Column:
    """What is known of a column: how many cells are null, numbers, codes or something else, and the numbers."""

    def __init__(self):
        self.nulls = self.codes = self.others = 0
        self.numbers = []

    def add(self, text):
        if text == "":
            self.nulls += 1
        elif INTEGER.match(text) or DECIMAL.match(text):
            self.numbers.append(float(text))
        elif CODE.match(text):
            self.codes += 1
        else:
            self.others += 1

    @property
    def is_mixed(self):
        return self.others > 0 and len(self.numbers) > self.codes + self.others

    @property
    def is_numeric(self):
        return len(self.numbers) > 0 and self.codes == self.others == 0

    def outliers(self):
        ordered = sorted(self.numbers)
        low, high = quartile(ordered, 0.25), quartile(ordered, 0.75)
        reach = 1.5 * (high - low)
        return sum(value < low - reach or value > high + reach for value in ordered)


def quartile(ordered, share):
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def facts(path):
    """The metrics, the checks' findings, and two sums by which a loaded table is known."""
    email, states = re.compile(rules.EMAIL[:-1] + r"\Z"), set(rules.STATES)
    seen, ids = set(), set()
    rows = duplicates = repeats = bad_emails = outside = other_states = id_sum = name_length = 0
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        names = next(reader)
        place = {name: index for index, name in enumerate(names)}
        columns = [Column() for _ in names]
        for row in reader:
            rows += 1
            for column, text in zip(columns, row):
                column.add(text)
            key = "\x1f".join(row)
            duplicates += key in seen
            seen.add(key)
            repeats += row[place["id"]] in ids
            ids.add(row[place["id"]])
            id_sum += int(row[place["id"]])
            name_length += len(row[place["name"]])
            bad_emails += not email.match(row[place["email"]])
            revenue = row[place["revenue"]] if "revenue" in place else ""
            outside += revenue != "" and not rules.REVENUE[0] <= float(revenue) <= rules.REVENUE[1]
            other_states += row[place["state"]] not in states
    numeric = [column for column in columns if column.is_numeric]
    checks = rules.counted(rows, columns[place["id"]].nulls, repeats, columns[place["email"]].nulls, bad_emails,
                           outside, other_states)
    metrics = rules.metrics(
        names, rows, sum(column.nulls for column in columns), duplicates,
        [name for name, column in zip(names, columns) if column.is_mixed],
        sum(len(column.numbers) for column in numeric), sum(column.outliers() for column in numeric))
    return {"rows": rows, "metrics": metrics, "id_sum": id_sum, "name_length": name_length,
            "checks": {name: {"passed": passed, "failed": failed} for name, (passed, failed) in checks.items()}}


if __name__ == "__main__":
    print(json.dumps(facts(sys.argv[1]), indent=1))

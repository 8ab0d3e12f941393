"""What every peer of the quality group checks, and the JSON in which each hands in what it found.

The seven checks are those of Benchmarks/pipelines/gate.yaml. A finding is (passed, failed): failed is how many rows do
not hold, or None where the tool does not count them in that way.
"""
import csv
import json
import sys

EMAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"
EMAIL_SHARE = 0.95
REVENUE = (0, 1_000_000_000)
ROWS = (1, 100_000_000)
STATES = ("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV "
          "NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY").split()
CHECKS = ("row_count", "not_null(id)", "unique(id)", "not_null(email)", "pattern(email)", "range(revenue)",
          "accepted_values(state)")


def arguments():
    """The two arguments of every peer: the data, and the file for its findings."""
    return sys.argv[1], sys.argv[2]


def columns(path):
    """The names in the header, and those of them that hold numbers: `id`, `revenue`, `id2`, `revenue2` ..."""
    with open(path, newline="", encoding="utf-8") as file:
        names = next(csv.reader(file))
    return names, [name for name in names if name.rstrip("0123456789") in ("id", "revenue")]


def metrics(names, rows, nulls, duplicates, mixed, numeric_values, outliers):
    """The five metrics from what they are made of, as docs/metrics.md defines them."""
    def percent(part, whole):
        return round(part / whole * 100, 2)
    cells = rows * len(names)
    scores = [percent(cells - nulls, cells), percent(rows - duplicates, rows),
              percent(len(names) - len(mixed), len(names)), percent(numeric_values - outliers, numeric_values)]
    return {"null_cells": nulls, "duplicate_rows": duplicates, "mixed": sorted(mixed), "numeric_values": numeric_values,
            "outliers": outliers, "scores": scores, "overall": round(sum(scores) / 4, 2)}


def counted(rows, id_nulls, id_repeats, email_nulls, bad_emails, revenue_outside, other_states):
    """The findings of a peer that counts. `id_repeats`: any number that is 0 exactly where no id comes twice."""
    return {
        "row_count": (ROWS[0] <= rows <= ROWS[1], None),
        "not_null(id)": (id_nulls == 0, id_nulls),
        "unique(id)": (id_repeats == 0, None),
        "not_null(email)": (email_nulls == 0, email_nulls),
        "pattern(email)": (rows > 0 and bad_emails <= rows * (1 - EMAIL_SHARE), bad_emails),
        "range(revenue)": (revenue_outside == 0, revenue_outside),
        "accepted_values(state)": (other_states == 0, other_states),
    }


def hand_in(path, rows, checks, found=None):
    """Writes the findings; exit code 1 where a check fails, as a gate does."""
    findings = {name: {"passed": bool(passed), "failed": None if failed is None else int(failed)}
                for name, (passed, failed) in checks.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"rows": rows, "metrics": found, "checks": findings}, file, indent=1)
    sys.exit(0 if all(finding["passed"] for finding in findings.values()) else 1)

"""What the tools found, and where that differs from what they should have found, in phrases."""
import json
import sqlite3
import zlib

import places

# The checks whose failing rows every tool counts alike.
COUNTED = {"not_null", "pattern", "range", "accepted_values"}


def findings(path):
    """What a peer, or Assay's report, says in the form of peers/rules.py."""
    with open(places.ROOT / path, encoding="utf-8") as file:
        found = json.load(file)
    return from_report(found) if "report_version" in found else found


def from_report(report):
    dataset, = report["datasets"]
    metrics = dataset["metrics"]
    details = {name: metric["details"] for name, metric in metrics.items()}
    checks = {}
    for check in dataset["checks"]:
        name = check["check"] + (f"({check['column']})" if check["column"] else "")
        failed = check["failed"] if check["check"] in COUNTED else None
        checks[name] = {"passed": check["status"] == "passed", "failed": failed}
    return {
        "rows": dataset["rows"],
        "null_cells": details["completeness"]["null_cells"],
        "checks": checks,
        "metrics": {
            "null_cells": details["completeness"]["null_cells"],
            "duplicate_rows": details["uniqueness"]["duplicate_rows"],
            "mixed": sorted(details["consistency"]["mixed_type_columns"]),
            "numeric_values": details["validity"]["total_numeric_values"],
            "outliers": details["validity"]["total_outliers"],
            "scores": [metrics[name]["value"] for name in ("completeness", "uniqueness", "consistency", "validity")],
            "overall": metrics["overall_quality"]["value"],
        },
    }


def quality(found, expected):
    """Rows, metrics where there are some, each check's verdict, and its count where the peer gives one."""
    differences = differing("rows", found["rows"], expected["rows"])
    for name, value in expected["metrics"].items():
        if found["metrics"]:
            differences += differing(name, found["metrics"][name], value)
    for name, check in found["checks"].items():
        wanted = expected["checks"].get(name)
        if wanted is None:
            differences.append(f"an unknown check {name}")
            continue
        differences += differing(f"{name} passed", check["passed"], wanted["passed"])
        if check["failed"] is not None and wanted["failed"] is not None:
            differences += differing(f"{name} failed", check["failed"], wanted["failed"])
    return differences


def reading(found, expected):
    """Rows and null cells; of Assay's report all metrics, which JSON and XML must not change."""
    if found.get("metrics"):
        return quality({**found, "checks": {}}, expected)
    return (differing("rows", found["rows"], expected["rows"])
            + differing("null_cells", found["null_cells"], expected["metrics"]["null_cells"]))


def table(path):
    """Rows of a loaded table, the sum of its ids, and how long its names are together."""
    database = sqlite3.connect(f"file:{places.ROOT / path}?mode=ro", uri=True)
    try:
        rows, ids, length = database.execute(
            "SELECT count(*), sum(CAST(id AS INTEGER)), sum(length(name)) FROM customers").fetchone()
    finally:
        database.close()
    return {"rows": rows, "id_sum": ids, "name_length": length}


def columns(names):
    """Tells of a table's rows, in the order of their ids, how many there are, and a checksum of each column."""
    def find(path):
        database = sqlite3.connect(f"file:{places.ROOT / path}?mode=ro", uri=True)
        try:
            rows = database.execute(f"SELECT {', '.join(names)} FROM customers ORDER BY id").fetchall()
        finally:
            database.close()
        return checksums(names, rows)
    return find


def checksums(names, rows):
    sums = {name: zlib.crc32("\x1f".join(map(plain, column)).encode()) for name, column in zip(names, zip(*rows))}
    return {"rows": len(rows), **sums}


def plain(value):
    """A cell in one form: SQLite has neither booleans nor times, and each tool has its own ways to keep them."""
    if isinstance(value, (int, float)):
        return f"{float(value):.12g}"
    text = str(value)
    return text[:10] if text[4:5] == text[7:8] == "-" else text


def loading(found, expected):
    return [phrase for name, value in found.items() for phrase in differing(name, value, expected[name])]


def differing(name, found, expected):
    same = abs(found - expected) < 0.011 if isinstance(expected, float) else found == expected
    if isinstance(expected, list) and expected and isinstance(expected[0], float):
        same = len(found) == len(expected) and all(abs(a - b) < 0.011 for a, b in zip(found, expected))
    return [] if same else [f"{name} is {found}, not {expected}"]

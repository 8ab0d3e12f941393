"""Who runs against whom: a contest is one table, its entries do the same work on the same data."""
from dataclasses import dataclass, field

import agreement
import data
import places


@dataclass
class Entry:
    """One tool's way to do the work of a contest."""

    name: str
    # What the tool does of it, in the words of the table.
    work: str
    command: list
    # The environment that it runs in, made when it is needed; none for programs of the system and of the project.
    environment: str = None
    # The file in which it leaves what it found, removed before each run.
    output: str = None
    # At most so many rounds, for what takes many times as long as the others.
    rounds: int = None
    # Whether it times its work itself, and prints the seconds.
    has_clock: bool = False
    # Exit codes of work that was done; 1 is a failed check.
    exits: tuple = (0,)
    # What runs before it, untimed, on the same files.
    before: list = None
    # How many requests it must send, where that is known.
    requests: int = None
    # The name of the entry that does the same with next to no requests: what is left are the requests' CPU seconds.
    less: str = None
    # What it should find, where that is not what the contest expects.
    expected: dict = None


@dataclass
class Contest:
    """Entries, and how what they found is held against what they should have found."""

    title: str
    # The name of the entry that the others are compared with.
    reference: str
    entries: list
    data: str = ""
    rows: int = 0
    columns: int = 0
    # Reads an entry's output; tells where that differs from what is expected; tells what is expected, None for whatever
    # the peers agree upon.
    find: object = None
    differences: object = None
    expected: object = None
    notes: list = field(default_factory=list)
    # Where the server is, whose requests are counted.
    address: str = None
    # The most that the reference may take: `times` what the entry `of` takes, or `times` the `seconds` that `of` means.
    goals: list = field(default_factory=list)


def peer(name, environment, script, path, work, **more):
    output = more.pop("output", f"{places.WORK}/{script}.json")
    command = [places.python_of(environment), f"{places.PEERS}/{script}.py", path, output]
    return Entry(name, work, command, environment, output, **more)


def gate(*arguments, **more):
    """A peer that judges: 1 says that a check failed."""
    return peer(*arguments, exits=(0, 1), **more)


def assay_run(pipeline, path, work, **more):
    store, report = f"{places.WORK}/{pipeline}.db", f"{places.WORK}/{pipeline}.json"
    command = [places.ASSAY, "run", f"{places.PIPELINES}/{pipeline}.yaml", "--param", f"data={path}",
               "--store", store, "--report", report, "--quiet"]
    return Entry("Assay, run", work, command, output=report, **more)


def assay_check(path, work, **more):
    report = f"{places.WORK}/check.json"
    command = [places.ASSAY, "check", path, "--report", report, "--quiet"]
    return Entry("Assay, check", work, command, output=report, **more)


BOTH, CHECKS, READS = "metrics, checks", "checks", "reads"


def three(path):
    """Assay and the two fastest that do all of its work."""
    return [
        assay_run("gate", path, BOTH, exits=(0, 1)),
        gate("polars, eager", "polars", "quality_polars_eager", path, BOTH),
        gate("polars, streaming", "polars", "quality_polars", path, BOTH),
        gate("DuckDB", "duckdb", "quality_duckdb", path, BOTH),
    ]


def quality(rows, large_limit=1_000_000):
    """Metrics and checks of a CSV file, at 10,000 rows, at a million, and at more where more are asked for."""
    contests = []
    for count in sorted({min(rows, 10_000), min(rows, large_limit), rows}):
        path = data.make(count)
        entries = three(path)
        if count <= large_limit:
            slow = 1 if count > 100_000 else None
            entries += [
                assay_check(path, "metrics"),
                gate("pandas over pyarrow", "pandas", "quality_pandas", path, BOTH),
                gate("pandas, plain", "pandas", "quality_pandas_plain", path, BOTH),
                gate("pyarrow", "pandas", "quality_pyarrow", path, BOTH),
                gate("Great Expectations", "great_expectations", "checks_great_expectations", path, CHECKS),
                gate("Soda on DuckDB", "soda", "checks_soda", path, CHECKS),
                gate("pandera on polars", "pandera", "checks_pandera", path, CHECKS),
                gate("pointblank on polars", "pointblank", "checks_pointblank", path, CHECKS),
                gate("frictionless", "frictionless", "checks_frictionless", path, CHECKS, rounds=slow),
            ]
        contests.append(Contest(
            f"CSV, {count:,} rows × 12 columns: five metrics and seven checks", "Assay, run", entries, path, count, 12,
            agreement.findings, agreement.quality,
            lambda count=count: data.facts(count)))
    return contests


def load(rows):
    """A CSV file into a SQLite table that is on the disk at the end."""
    rows = min(rows, 1_000_000)
    path = data.make(rows)
    work = places.WORK
    assay = assay_run("load", path, "table, metrics")
    assay.output = f"{work}/load.db"
    raw = [f"{places.PROGRAMS}/raw_load", path, f"{work}/raw_load.db"]
    shell = ["sqlite3", f"{work}/import.db", f".import --csv {path} customers"]
    entries = [
        assay,
        Entry("raw load of ready values", "insert alone", raw, output=f"{work}/raw_load.db", has_clock=True),
        Entry("sqlite3 .import", "table", shell, output=f"{work}/import.db"),
        peer("polars, ADBC", "polars", "load_polars", path, "table", output=f"{work}/load_polars.db"),
        peer("DuckDB, sqlite extension", "duckdb_sqlite", "load_duckdb", path, "table",
             output=f"{work}/load_duckdb.db"),
        peer("pandas, to_sql", "pandas", "load_pandas", path, "table", output=f"{work}/load_pandas.db"),
        peer("Python, csv and sqlite3", "parsers", "load_stdlib", path, "table", output=f"{work}/load_stdlib.db"),
    ]
    return [Contest(
        f"CSV into SQLite, {rows:,} rows × 12 columns, durable at the end", "Assay, run", entries, path, rows, 12,
        agreement.table, agreement.loading, lambda: data.facts(rows),
        ["The raw load times itself: its rows are ready in memory before its clock starts, so it has no peak here.",
         "`sqlite3 .import` and Python's modules store every value as text."])]


def documents(form, title, entries, rows):
    count = max(rows // 5, 1)
    path = data.make(count, form=form)
    peers = [peer(name, environment, script, path, READS, **more) for name, environment, script, more in entries]
    return Contest(
        f"{title}, {count:,} records of 12 members: into columns", "Assay, check",
        [assay_check(path, "reads, metrics"), *peers], path, count, 12,
        agreement.findings, agreement.reading, lambda: data.facts(count),
        ["The peers only read; Assay's time holds the five metrics and the report too."])


def json(rows):
    rows = min(rows, 1_000_000)
    return [
        documents("json", "A JSON document", [
            ("polars", "polars", "json_polars", {}), ("DuckDB", "duckdb", "json_duckdb", {}),
            ("pandas", "pandas", "json_pandas", {}), ("orjson", "parsers", "json_orjson", {}),
            ("Python, json", "parsers", "json_stdlib", {})], rows),
        documents("jsonl", "JSON Lines", [
            ("polars", "polars", "json_polars", {}), ("DuckDB", "duckdb", "json_duckdb", {}),
            ("pandas", "pandas", "json_pandas", {}), ("pyarrow", "pandas", "json_pyarrow", {}),
            ("orjson", "parsers", "json_orjson", {}), ("Python, json", "parsers", "json_stdlib", {})], rows),
    ]


def xml(rows):
    return [documents("xml", "An XML document", [
        ("lxml", "parsers", "xml_lxml", {}), ("Python, ElementTree", "parsers", "xml_stdlib", {}),
        ("pandas, read_xml", "pandas", "xml_pandas", {"rounds": 1})], min(rows, 1_000_000))]


def startup(rows):
    """What a process takes that has next to nothing to do."""
    path = data.make(10)

    def imports(module, environment):
        return Entry(f"Python, import {module}", "starts", [places.python_of(environment), "-c", f"import {module}"],
                     environment)
    python = Entry("Python", "starts", [places.python_of("parsers"), "-c", "pass"], "parsers")
    soda = Entry("soda --help", "starts", [f"{places.ENVIRONMENTS}/soda/bin/soda", "--help"], "soda")
    frictionless = Entry("frictionless --version", "starts",
                         [f"{places.ENVIRONMENTS}/frictionless/bin/frictionless", "--version"], "frictionless")
    entries = [
        Entry("Assay, --version", "starts", [places.ASSAY, "--version"]),
        assay_check(path, "starts, grades 10 rows"),
        assay_run("gate", path, "starts, opens a store, grades 10 rows", exits=(0, 1)),
        Entry("sqlite3 --version", "starts", ["sqlite3", "--version"]),
        python, imports("polars", "polars"), imports("duckdb", "duckdb"), imports("pandas", "pandas"),
        imports("pandera.polars", "pandera"), imports("pointblank", "pointblank"),
        imports("great_expectations", "great_expectations"), soda, frictionless,
    ]
    return [Contest("Start-up of the process", "Assay, --version", entries)]


def growth(rows):
    """The same work on files that grow in length, and on files of as many cells that grow in width."""
    shapes = [(count, 12) for count in (10_000, 100_000, 1_000_000, 10_000_000) if count <= rows] or [(rows, 12)]
    wide = min(rows, 1_000_000)
    shapes += [(max(wide * 10 // columns, 1), columns) for columns in (10, 100, 1000)]
    contests = []
    for count, columns in shapes:
        path = data.make(count, columns)
        entries = three(path)
        if count > 1_000_000:
            for entry in entries:
                entry.rounds = 3
        contests.append(Contest(
            f"{count:,} × {columns:,}", "Assay, run", entries, path, count, columns,
            agreement.findings, agreement.quality,
            lambda count=count, columns=columns: data.facts(count, columns)))
    return contests


GROUPS = {"quality": quality, "load": load, "json": json, "xml": xml, "startup": startup, "growth": growth}

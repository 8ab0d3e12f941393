"""Who runs against whom over HTTP, on a server of the project's own (server.py)."""
import csv
import functools
import json
from dataclasses import dataclass

import agreement
import data
import places
import server
import web  # from the peers' folder, where oracle.py has Python look
from contests import Contest, Entry

AIOHTTP = "aiohttp, 32 at once"
ASSAY_TOO = (
    "Assay grades the rows too, publishes the table in one durable commit and writes a report. The peers written"
    " by hand insert in one transaction with a write-ahead log and synchronous=NORMAL, and do not retry.")
COST = ("The last column is the process's CPU time less that of its start, for each request: what it brought is read,"
        " parsed, joined and written, and with Assay kept in its store and graded.")
address = functools.cache(server.start)


@dataclass
class Task:
    """What every tool is to do: the arguments for Assay's pipeline and for the peers, and what comes out of it."""

    pipeline: str
    params: list
    arguments: list
    data: str
    columns: list
    rows: list
    requests: int

    def assay(self, name="Assay, run", work="table, metrics", **more):
        store, report = f"{places.WORK}/{self.pipeline}.db", f"{places.WORK}/{self.pipeline}.json"
        command = [places.ASSAY, "run", f"{places.PIPELINES}/{self.pipeline}.yaml",
                   *(f"--param={param}" for param in self.params), "--store", store, "--report", report, "--quiet"]
        return Entry(name, work, command, output=store, **{"requests": self.requests, "expected": self.found, **more})

    def peer(self, name, tool, environment="aiohttp", work="table", tuned=(), **more):
        script = f"{self.pipeline}_{tool}"
        output = f"{places.WORK}/{script}.db"
        command = [places.python_of(environment), f"{places.PEERS}/{script}.py", *self.arguments, output, *tuned]
        return Entry(name, work, command, environment, output, expected=self.found, **more)

    def contest(self, title, entries, notes, goals=()):
        return Contest(
            title, "Assay, run", entries, self.data, len(self.rows), len(self.columns), agreement.columns(self.columns),
            agreement.loading, lambda: self.found, notes, address(), list(goals))

    @functools.cached_property
    def found(self):
        return agreement.checksums(self.columns, [[row[name] for name in self.columns] for row in self.rows])

    def cost(self, least, title):
        """What a request costs: the CPU time of the task, less that of the same with next to no requests."""
        work = "starts, asks once"
        return self.contest(title, [
            self.assay(less="Assay, start"), self.peer(AIOHTTP, "aiohttp", less="aiohttp, start"),
            least.assay("Assay, start", work), least.peer("aiohttp, start", "aiohttp", work=work)], [COST, ASSAY_TOO])


def pages(count, size):
    folder = data.pages(count, size)
    name = folder.rpartition("/")[2]
    rows = [row for page in range(1, count + 1)
            for row in json.loads((places.ROOT / folder / f"{page}.json").read_text())["items"]]
    params = [f"address={address()}", f"pages={name}"]
    return Task("ingest", params, [f"{address()}/{name}"], folder, web.CUSTOMER, rows, count)


def keys(count, distinct, zips, latency=""):
    """Rows with what the server says of their keys, of which its answers are made."""
    path, base = data.addresses(count, distinct, zips), address() + latency
    with open(places.ROOT / path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        place, area = row["address"].split(" Apt ")[1], row["zipcode"]
        row.update(id=int(row["id"]), latitude=float(f"30.5{place}"), longitude=float(f"-90.5{place}"),
                   median_income=int(f"5{area}"), population=int(f"1{area}"), median_age=38.2)
    return Task("lookups", [f"address={base}", f"data={path}"], [base, path], path, web.ENRICHED, rows, distinct + zips)


def ingest(rows):
    """The pages of an API into SQLite; and larger ones, for the CPU time of a request."""
    task = pages(max(min(rows, 100_000) // 200, 2), 200)
    large = pages(max(task.requests // 2, 2), 420)
    entries = [
        task.assay(), task.peer(AIOHTTP, "aiohttp"), task.peer("requests with a session", "requests"),
        task.peer("Airbyte's CDK", "airbyte", "airbyte", rounds=1), task.peer("dlt", "dlt", "dlt", rounds=1),
        task.peer("dlt, tuned", "dlt", "dlt", tuned=["tuned"], rounds=1)]
    notes = [
        ASSAY_TOO, "Assay also keeps each page in its store until the run is published, so that a broken run goes on"
        " where it was. requests, dlt and Airbyte ask for a page when they have the one before."]
    goals = [{"times": 0.4, "of": AIOHTTP}, {"times": 0.05, "of": "dlt"}, {"times": 0.05, "of": "dlt, tuned"}]
    title = f"HTTP into SQLite, {task.requests:,} pages of 200 rows: 32 at once where the tool can"
    return [task.contest(title, entries, notes, goals),
            large.cost(pages(1, 420), f"Large answers, {large.requests:,} pages of 100 KB into SQLite: CPU for each")]


def lookups(rows):
    """Rows joined with what an API says of their keys after 20 ms; and at once, for the CPU time of a request."""
    count = min(rows, 5000)
    task = keys(count, max(count * 1200 // 5000, 1), max(count * 300 // 5000, 1), "/d20")
    small, one = keys(2 * count, 2 * count, max(count * 300 // 5000, 1)), keys(1, 1, 1)
    again = task.assay("Assay, all remembered", requests=0)
    again.before = again.command
    entries = [
        task.assay(), again, one.assay("Assay, one row", "starts, 2 requests without latency"),
        task.peer(AIOHTTP, "aiohttp"), task.peer("dlt, 32 threads", "dlt", "dlt"),
        task.peer("requests with a session", "requests", rounds=1)]
    notes = [
        ASSAY_TOO, "Every tool asks for each distinct key once. Assay finds the keys while it reads, and keeps each"
        " answer in its store before it is used; the peers' code collects the keys first, and keeps nothing. Assay's"
        " store is empty at the start, but for `Assay, all remembered`: the same run once more.",
        "`Assay, one row` is what the start takes of Assay's time: process, store, a table of one row.",
        "The server's clock has milliseconds: an answer takes 20 to 21."]
    least = task.requests / web.AT_ONCE * 0.020
    goal = {"times": 1.1, "of": f"{task.requests:,} keys ÷ {web.AT_ONCE} × 20 ms", "seconds": least}
    title = f"Look-ups, {count:,} rows, {task.requests:,} distinct keys, answers after 20 ms: 32 at once"
    return [task.contest(title, entries, notes, [goal]),
            join(rows),
            small.cost(one, f"Small answers, {small.requests:,} look-ups of 300 bytes: CPU for each")]


def graded(path):
    """How many rows Assay's report says were graded, and how many checks failed."""
    report = json.loads((places.ROOT / path).read_text())
    dataset = report["datasets"][-1]
    return {"rows": dataset["rows"], "failed": sum(check["status"] != "passed" for check in dataset["checks"])}


def join(rows):
    """Rows joined with answers that are all remembered."""
    distinct, zips = max(rows // 20, 1), max(min(rows // 20, 300), 1)
    path = data.addresses(rows, distinct, zips)

    def assay(name, pipeline, work):
        store, report = f"{places.WORK}/join.db", f"{places.WORK}/{pipeline}.json"
        command = [places.ASSAY, "run", f"{places.PIPELINES}/{pipeline}.yaml", f"--param=address={address()}",
                   f"--param=data={path}", "--store", store, "--report", report, "--quiet"]
        return Entry(name, work, command, output=report, requests=0)

    known = assay("Assay, run", "join", "two look-ups, metrics")
    known.before = known.command
    alone = assay("Assay, the rows alone", "rows", "metrics")
    goal = {"times": 1, "of": f"{rows:,} rows at 1,000,000 a second", "seconds": rows / 1_000_000}
    notes = ["Of a run before this one the store has every answer: nothing is sent. The whole process counts, which also"
             " reads the file, finds the keys, reads the answers that it has kept, and grades the joined rows."]
    return Contest(
        f"Join, {rows:,} rows with {distinct + zips:,} remembered answers", "Assay, run", [known, alone], path, rows, 5,
        graded, lambda found, expected: [] if found == expected else [f"{found} in place of {expected}"],
        lambda: {"rows": rows, "failed": 0}, notes, address(), [goal])


GROUPS = {"ingest": ingest, "lookups": lookups}

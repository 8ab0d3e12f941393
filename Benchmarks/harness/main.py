"""Scripts/bench, behind the builds: runs groups of contests, keeps their figures, and writes the table.

    main.py GROUP... [--rounds N] [--rows N] [--results FILE]

Groups: quality, load, json, xml, ingest, lookups, startup, growth, micro; `all` for each of them; `table` writes the
table from the figures that are there. Figures of other groups stay as they are. With --results they go to another file,
and the table is printed rather than written.
"""
import argparse
import datetime
import json
import os
import subprocess
import sys

import contests
import data
import http_contests
import measuring
import places
import table

GROUPS = {**contests.GROUPS, **http_contests.GROUPS, "micro": None}


def main():
    parser = argparse.ArgumentParser(prog="Scripts/bench", description=__doc__.split("\n\n")[2])
    parser.add_argument("groups", nargs="+", choices=[*GROUPS, "all", "table"], metavar="GROUP")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each entry, of which the median counts (3)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the largest file (1000000)")
    parser.add_argument("--results", help="a file for the figures, instead of the one that the table is written from")
    parser.add_argument("--dry", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rounds < 1 or options.rows < 10:
        parser.error("--rounds is at least 1, --rows at least 10")
    if options.dry:
        return
    os.chdir(places.ROOT)
    for folder in (places.DATA, places.WORK, places.ENVIRONMENTS):
        os.makedirs(folder, exist_ok=True)
    path = places.ROOT / (options.results or places.RESULTS)
    results = json.loads(path.read_text()) if path.exists() else {"groups": {}}
    if "table" not in options.groups:
        for group in GROUPS if "all" in options.groups else options.groups:
            results["groups"][group] = run(group, options)
            path.write_text(json.dumps(results, indent=1) + "\n")
    page = table.page(results)
    if options.results:
        print(page)
    else:
        (places.ROOT / places.TABLE).write_text(page)
        places.say(f"wrote {places.RESULTS} and {places.TABLE}")
    wrong = table.wrong_answers(results)
    for line in wrong:
        places.say(line)
    sys.exit(1 if wrong else 0)


def run(group, options):
    """The figures of one group, with where and when they were taken."""
    places.say(f"{group}:")
    figures = {
        "date": datetime.date.today().isoformat(),
        "machine": places.machine(),
        "load": round(os.getloadavg()[0], 2),
        "call": f"Scripts/bench {group} --rounds {options.rounds} --rows {options.rows}",
        "versions": places.program_versions(),
    }
    if group == "micro":
        files = [data.make(100_000, form=form) for form in ("csv", "json", "jsonl", "xml")]
        done = subprocess.run([places.MICRO, str(options.rounds * 5), *files, data.compressed(files[0])],
                              stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout, end="", file=sys.stderr)
        return {**figures, "kernels": [line.split("\t") for line in done.stdout.splitlines()]}
    found = GROUPS[group](options.rows)
    # Starts are short, so there can be more of them.
    rounds = options.rounds * 3 if group == "startup" else options.rounds
    figures["contests"] = [measuring.run_contest(contest, rounds) for contest in found]
    entries = [entry for contest in found for entry in contest.entries]
    for environment in sorted({entry.environment for entry in entries if entry.environment}):
        for package, version in places.versions_in(environment).items():
            known = figures["versions"].get(package)
            if known and known != version:
                figures["versions"][f"{package} ({environment})"] = version
            else:
                figures["versions"][package] = version
    return figures


if __name__ == "__main__":
    main()

"""Runs the entries of a contest in turn, A B C A B C, and keeps what each run took."""
import json
import os
import shlex
import sqlite3
import subprocess

import places

TIME_LIMIT = 900


class Failure(Exception):
    """Why an entry has no figure."""


def run_contest(contest, rounds):
    """The contest's results: figures, how they agree, and what failed, entry by entry."""
    results = [
        {"name": entry.name, "work": entry.work, "command": shlex.join(entry.command), "wall": [], "cpu": [],
         "peak_mib": []}
        for entry in contest.entries]
    for entry, result in zip(contest.entries, results):
        problem = places.make_environment(entry.environment) if entry.environment else None
        if problem:
            result["failed"] = problem
    found = {}
    for round_number in range(rounds):
        for entry, result in zip(contest.entries, results):
            if "failed" in result or round_number >= (entry.rounds or rounds):
                continue
            try:
                figures = run(entry)
                for name in ("wall", "cpu", "peak_mib"):
                    if name in figures:
                        result[name].append(figures[name])
                if round_number == 0 and contest.find:
                    found[entry.name] = read_output(contest, entry)
                places.say(f"  {contest.title.split(':')[0]} · {entry.name}: {figures['wall']:.3f} s")
            except Failure as failure:
                result["failed"] = str(failure)
                places.say(f"  {contest.title.split(':')[0]} · {entry.name}: {failure}")
        if round_number == 0 and found:
            compare(contest, results, found)
    return {"title": contest.title, "reference": contest.reference, "rows": contest.rows, "columns": contest.columns,
            "bytes": os.path.getsize(places.ROOT / contest.data) if contest.data else 0, "rounds": rounds,
            "notes": contest.notes, "entries": results}


def read_output(contest, entry):
    try:
        return contest.find(entry.output)
    except (OSError, ValueError, LookupError, sqlite3.Error) as error:
        raise Failure(f"left a result that cannot be read: {error}") from None


def compare(contest, results, found):
    """Notes where what was found differs from what the oracle says, or without one, from what the first peer found."""
    expected = contest.expected()
    if expected is None:
        expected = next((one for name, one in found.items() if not name.startswith("Assay")), None)
    for result in results if expected else []:
        if result["name"] in found:
            result["differences"] = contest.differences(found[result["name"]], expected)
            if result["differences"]:
                places.say(f"  {result['name']} answers otherwise: {'; '.join(result['differences'])}")


def run(entry):
    """One run: wall and CPU seconds, peak memory in MiB."""
    clear()
    # What one run left to be written must not be written while the next one is timed.
    os.sync()
    figures = places.ROOT / places.WORK / "measure.json"
    figures.unlink(missing_ok=True)
    with open(places.ROOT / places.WORK / "messages.txt", "w+", encoding="utf-8", errors="replace") as messages:
        done = subprocess.run(
            [f"{places.PROGRAMS}/measure", str(TIME_LIMIT), str(figures), *entry.command], cwd=places.ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=messages, text=True)
        messages.seek(0)
        lines = [line.strip() for line in messages.read().splitlines() if line.strip()]
    if done.returncode or not figures.exists():
        raise Failure("could not be measured")
    took = json.loads(figures.read_text())
    if took["expired"]:
        raise Failure(f"did not end within {TIME_LIMIT} s")
    if took["exit"] not in entry.exits:
        raise Failure(f"exit code {took['exit']}: {(lines or ['no message'])[-1][:200]}")
    if entry.output and not (places.ROOT / entry.output).exists():
        raise Failure(f"left no result: {(lines or ['no message'])[-1][:200]}")
    if entry.has_clock:
        own = json.loads(done.stdout)
        return {"wall": own["wall"], "cpu": own["cpu"]}
    return {"wall": took["wall"], "cpu": took["cpu"], "peak_mib": took["peak_kib"] / 1024}


def clear():
    """Removes what an earlier run left: outputs, stores and their logs."""
    for path in (places.ROOT / places.WORK).iterdir():
        if path.is_file():
            path.unlink()

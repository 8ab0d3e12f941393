"""Runs the entries of a contest in turn, A B C A B C, and keeps what each run took."""
import json
import os
import shlex
import shutil
import sqlite3
import subprocess

import places
import server

TIME_LIMIT = 900


class Failure(Exception):
    """Why an entry has no figure."""


def run_contest(contest, rounds):
    """The contest's results: figures, how they agree, and what failed, entry by entry."""
    results = [
        {"name": entry.name, "work": entry.work, "command": shlex.join(entry.command), "wall": [], "cpu": [],
         "peak_mib": [], **({"requests": [], "less": entry.less} if contest.address else {})}
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
                figures = run(entry, contest.address)
                for name in ("wall", "cpu", "peak_mib", "requests"):
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
            "bytes": size(places.ROOT / contest.data) if contest.data else 0, "rounds": rounds,
            "notes": contest.notes, "goals": contest.goals, "entries": results}


def size(path):
    return sum(map(size, path.iterdir())) if path.is_dir() else path.stat().st_size


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
    for entry, result in zip(contest.entries, results) if expected else []:
        if result["name"] in found:
            result["differences"] = contest.differences(found[result["name"]], entry.expected or expected)
            if entry.requests is not None and result["requests"][0] != entry.requests:
                result["differences"].append(f"requests are {result['requests'][0]}, not {entry.requests}")
            if result["differences"]:
                places.say(f"  {result['name']} answers otherwise: {'; '.join(result['differences'])}")


def run(entry, address=None):
    """One run: wall and CPU seconds, peak memory in MiB, and requests where there is a server."""
    clear()
    if entry.before:
        subprocess.run(entry.before, cwd=places.ROOT, stdin=subprocess.DEVNULL, capture_output=True)
    # What one run left to be written must not be written while the next one is timed.
    os.sync()
    figures = places.ROOT / places.WORK / "measure.json"
    figures.unlink(missing_ok=True)
    asked = server.requests(address) if address else 0
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
    # The server counts its being asked how many there were.
    requests = {"requests": server.requests(address) - asked - 1} if address else {}
    return {"wall": took["wall"], "cpu": took["cpu"], "peak_mib": took["peak_kib"] / 1024, **requests}


def clear():
    """Removes what an earlier run left: outputs, stores and their logs; the server's folder stays."""
    for path in (places.ROOT / places.WORK).iterdir():
        if path.is_file():
            path.unlink()
        elif path != server.FOLDER:
            shutil.rmtree(path)

"""docs/benchmarks.md from the figures: losses beside wins, sorted by time."""
import statistics
import textwrap

HEAD = """# Figures

<!-- This page is generated; do not edit. Run `Scripts/bench table`, or `Scripts/bench all` to measure anew. -->

Assay and its peers on the same work, the same data and the same machine, in turn (A B C A B C). Ratios count: machines
differ, and a shared one drifts within a run. Wall time and CPU time (user and system, all cores) are medians; peak
memory is that of the largest process. `× Assay` is a row's wall time by that of Assay's row with `1`: **below 1 Assay
loses**.

## How to run it

```sh
Scripts/bench all                     # everything; minutes
Scripts/bench all --rounds 5 --rows 10000000
Scripts/bench quality                 # one group: quality, load, json, xml, ingest, lookups, startup, growth, micro
Scripts/bench table                   # this page again, from Benchmarks/results.json
```

It needs a C compiler, Python 3.10 or later with pip, the `sqlite3` program, for ingest and lookups nginx with its echo
module (installed where there is `apt-get`), and a way to the Python Package Index the first time. It builds Assay for
release, makes the data (the same bytes for the same arguments), and sets up each peer in a virtual environment of its
own under `.bench/`, byte-compiled, since it would else compile itself at each start. `--rounds` (3) and `--rows`
(1,000,000) say how much is done; `--results FILE` leaves this page alone.

Peers get the columns' types where they can take them; Assay finds them out. Every result is held against an oracle in
plain Python (rows, metrics, verdicts and counts of the checks, sums over the loaded tables), or, beyond 20 million
cells, against each other. A peer that cannot be installed, fails, or answers otherwise is listed as such.
"""

GROUPS = {
    "quality": "## Grading",
    "load": "## Loading",
    "json": "## JSON",
    "xml": "## XML",
    "ingest": "## Ingestion over HTTP",
    "lookups": "## Look-ups over HTTP",
    "startup": "## Start-up",
    "growth": "## Growth",
    "micro": "## Kernels",
}


def page(results):
    parts = [HEAD, summary(results)]
    for name, title in GROUPS.items():
        group = results["groups"].get(name)
        if group is None:
            continue
        parts.append(f"{title}\n\n{circumstances(group)}\n")
        if name == "micro":
            parts.append(kernels(group))
        elif name == "growth":
            parts.append(growth(group))
        else:
            parts += [contest_table(contest) for contest in group["contests"]]
    parts.append(commands(results))
    parts.append(versions(results))
    return "\n".join(parts)


def summary(results):
    """Each contest in a line: Assay, and the fastest of those that do the same work, or of all where none does."""
    lines = ["## In short", "", "Assay beside the fastest peer that does the same work; where none does all of it, the",
             "fastest that does a part.", "",
             "| | Assay: s | MiB | fastest peer | s | MiB | Assay ÷ peer: time | memory |",
             "|---|---|---|---|---|---|---|---|"]
    for name in GROUPS:
        for contest in results["groups"].get(name, {}).get("contests", []) if name not in ("startup", "growth") else []:
            ran = [entry for entry in contest["entries"] if entry["peak_mib"] and "failed" not in entry]
            own = next((entry for entry in ran if entry["name"] == contest["reference"]), None)
            starts = {entry.get("less") for entry in ran}
            peers = [entry for entry in ran if not entry["name"].startswith("Assay") and entry["name"] not in starts]
            peers = [entry for entry in peers if own and entry["work"] == own["work"]] or peers
            if own is None or not peers:
                continue
            best = min(peers, key=lambda entry: median(entry["wall"]))
            wall, peak = median(own["wall"]), median(own["peak_mib"])
            other_wall, other_peak = median(best["wall"]), median(best["peak_mib"])
            lines.append(f"| {contest['title'].split(':')[0]} | {seconds(wall)} | {mebibytes(peak)} | {best['name']} "
                         f"| {seconds(other_wall)} | {mebibytes(other_peak)} | {wall / other_wall:.2f} "
                         f"| {peak / other_peak:.2f} |")
    return "\n".join(lines) + "\n"


def circumstances(group):
    return (f"{group['date']} · {group['machine']} · load {group['load']} at the start · "
            f"`{group['call']}`")


def median(values):
    return statistics.median(values) if values else None


def seconds(value):
    if value is None:
        return "–"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def mebibytes(value):
    return "–" if value is None else f"{value:,.0f}"


def contest_table(contest):
    size = f", {contest['bytes'] / 1e6:,.0f} MB" if contest["bytes"] >= 1_000_000 else ""
    lines = [f"### {contest['title']}{size}", "", f"Medians of {contest['rounds']}.", "",
             "| | does | wall s | least – most | CPU s | peak MiB | × Assay |", "|---|---|---|---|---|---|---|"]
    counts = any("requests" in entry for entry in contest["entries"])
    if counts:
        lines[-2:] = [lines[-2] + " requests | CPU µs each |", lines[-1] + "---|---|"]
    reference = next(
        (median(entry["wall"]) for entry in contest["entries"] if entry["name"] == contest["reference"]), None)
    remarks = list(contest["notes"])
    for entry in sorted(contest["entries"], key=lambda entry: (not entry["wall"], median(entry["wall"]) or 0)):
        if not entry["wall"] or "failed" in entry:
            lines.append(f"| {entry['name']} | {entry['work']} | failed | | | | |" + " | |" * counts)
            remarks.append(f"{entry['name']} failed: {cell(entry.get('failed', 'no run'))}")
            continue
        wall = median(entry["wall"])
        ratio = f"{wall / reference:.2f}" if reference else "–"
        if entry["name"] == contest["reference"]:
            ratio = "1"
        elif reference and wall < reference and not entry["name"].startswith("Assay"):
            ratio = f"**{ratio}**"
        name = f"**{entry['name']}**" if entry["name"].startswith("Assay") else entry["name"]
        lines.append(
            f"| {name} | {entry['work']} | {seconds(wall)} "
            f"| {seconds(min(entry['wall']))} – {seconds(max(entry['wall']))} "
            f"| {seconds(median(entry['cpu']))} | {mebibytes(median(entry['peak_mib']))} | {ratio} |"
            + (f" {median(entry['requests']):,.0f} | {cost_of_request(contest, entry)} |" if counts else ""))
        if len(entry["wall"]) < contest["rounds"]:
            remarks.append(f"{entry['name']}: {len(entry['wall'])} of {contest['rounds']} rounds, since it is slow.")
        if entry.get("differences"):
            remarks.append(f"{entry['name']} answers otherwise: {cell('; '.join(entry['differences']))}")
    remarks += goals(contest, reference) + memory_losses(contest)
    lines += ["", *[f"- {remark}" for remark in remarks], ""] if remarks else [""]
    return "\n".join(lines)


def cost_of_request(contest, entry):
    """Microseconds of CPU time for each request that an entry sends beyond those of its `less`."""
    less = next((other for other in contest["entries"] if other["name"] == entry.get("less")), None)
    if less is None or not less["wall"]:
        return ""
    requests = median(entry["requests"]) - median(less["requests"])
    return f"{(median(entry['cpu']) - median(less['cpu'])) / requests * 1e6:,.0f}" if requests > 0 else ""


def goals(contest, wall):
    """What the reference should take at the most, and whether it does."""
    lines = []
    for goal in contest.get("goals", []):
        other = next((median(entry["wall"]) for entry in contest["entries"] if entry["name"] == goal["of"]), None)
        seconds_of = goal.get("seconds") or other
        if wall and seconds_of:
            word = "reached" if wall <= goal["times"] * seconds_of else "**missed**"
            lines.append(f"Goal: at most {goal['times']} × {goal['of']} ({seconds(seconds_of)} s). "
                         f"{contest['reference']} takes {wall / seconds_of:.2f} × that: {word}.")
    return lines


def memory_losses(contest):
    """Who needs less memory than Assay's row."""
    own = next(
        (median(entry["peak_mib"]) for entry in contest["entries"] if entry["name"] == contest["reference"]), None)
    less = [f"{entry['name']} ({mebibytes(median(entry['peak_mib']))} MiB)" for entry in contest["entries"]
            if own and not entry["name"].startswith("Assay") and entry["peak_mib"] and median(entry["peak_mib"]) < own]
    return [f"With less memory than {contest['reference']}: {', '.join(less)}."] if less else []


def growth(group):
    """Seconds for a million cells and peak memory, shape by shape: flat columns of seconds are linear growth."""
    contests = group["contests"]
    names = [entry["name"] for entry in contests[0]["entries"]]
    lines = ["Metrics and checks, as under Grading: seconds for each million cells, and peak MiB. Where the seconds",
             "stay, time grows with the cells alone.",
             f"Medians of {contests[0]['rounds']}; of 3 at most from 10,000,000 rows.", "",
             "| rows × columns | million cells | " + " | ".join(f"{name}: s | MiB" for name in names) + " |",
             "|---" * (2 + 2 * len(names)) + "|"]
    remarks = []
    for contest in contests:
        millions = contest["rows"] * contest["columns"] / 1e6
        cells = []
        for entry in contest["entries"]:
            wall = median(entry["wall"])
            if wall is None or "failed" in entry:
                cells += ["failed", ""]
                remarks.append(f"{contest['title']}, {entry['name']} failed: {cell(entry.get('failed', 'no run'))}")
            else:
                cells += [f"{wall / millions:.3f}", mebibytes(median(entry["peak_mib"]))]
            if entry.get("differences"):
                remarks.append(
                    f"{contest['title']}, {entry['name']} answers otherwise: {cell('; '.join(entry['differences']))}")
        lines.append(f"| {contest['title']} | {millions:g} | " + " | ".join(cells) + " |")
    lines += ["", *[f"- {remark}" for remark in remarks], ""] if remarks else [""]
    return "\n".join(lines)


def kernels(group):
    lines = ["Parts of Assay by themselves, in one process on one thread, the best of five times the rounds.", "",
             "| kernel | data | MB/s | ns for each |", "|---|---|---|---|"]
    for name, data, speed, each in group["kernels"]:
        count, _, unit = data.partition(" ")
        lines.append(f"| {name} | {int(count):,} {unit} | {speed} | {each} |")
    return "\n".join(lines) + "\n"


def commands(results):
    lines = ["## Commands", "", "From the project's folder; each is one process. Those for other sizes are alike.",
             "While ingest or lookups run by hand, `python3 Benchmarks/harness/server.py` must answer them.", "",
             "```"]
    seen = set()
    for name in GROUPS:
        for contest in results["groups"].get(name, {}).get("contests", []) if name != "growth" else []:
            for entry in contest["entries"]:
                if (name, entry["name"]) not in seen:
                    seen.add((name, entry["name"]))
                    lines.append(entry["command"])
    return "\n".join([*lines, "```", ""])


def versions(results):
    found = {}
    for group in results["groups"].values():
        for name, version in group["versions"].items():
            found.setdefault(name, [])
            if version not in found[name]:
                found[name].append(version)
    text = ", ".join(f"{name} {' and '.join(versions)}" for name, versions in sorted(found.items()))
    return "## Versions\n\n" + textwrap.fill(text + ".", 118, break_on_hyphens=False, break_long_words=False) + "\n"


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def wrong_answers(results):
    """Where Assay itself failed or answered otherwise."""
    lines = []
    for group in results["groups"].values():
        for contest in group.get("contests", []):
            for entry in contest["entries"]:
                if entry["name"].startswith("Assay") and (entry.get("failed") or entry.get("differences")):
                    lines.append(f"{contest['title']}: {entry['name']}: {entry.get('failed') or entry['differences']}")
    return lines

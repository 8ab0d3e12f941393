"""Scripts/agreement, behind the build: lets Assay and its peers look at one bad file, and writes docs/agreement.md.

Exit code 1 where a count of Assay's differs from what was counted plainly.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))
import places  # noqa: E402

DATA, WORK = f"{places.DATA}/agreement", f"{places.WORK}/agreement"
PEERS = {"Soda Core": "soda", "Great Expectations": "great_expectations", "pandera": "pandera",
         "frictionless": "frictionless"}
# Where a peer's number means another thing, and which.
NOTES = {("Soda Core", "quantile(revenue)"): "a value that is there, not between two",
         ("pandera", "unique(id)"): "nulls too"}


def main():
    for folder in (DATA, WORK):
        (places.ROOT / folder).mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, HERE / "files.py", places.ROOT / DATA], check=True)
    expected = json.loads((places.ROOT / DATA / "expected.json").read_text())
    found, versions = {"Assay": assay()}, {"Assay": places.program_versions().get("assay", "")}
    for name, environment in PEERS.items():
        problem = places.make_environment(environment)
        if problem:
            places.say(f"{name}: {problem}")
            continue
        out = places.ROOT / WORK / f"{environment}.json"
        subprocess.run([places.ROOT / places.python_of(environment), HERE / f"peer_{environment}.py",
                        places.ROOT / DATA, out], check=True, stdout=subprocess.DEVNULL)
        found[name] = json.loads(out.read_text())
        versions[name] = next(iter(places.versions_in(environment).values()), "")
    page, wrong = table(expected, found, versions)
    (places.ROOT / "docs/agreement.md").write_text(page)
    for line in wrong:
        places.say(line)
    places.say("wrote docs/agreement.md")
    sys.exit(1 if any(line.startswith("Assay") for line in wrong) else 0)


def assay():
    """What Assay's report says, in the form of expected.json."""
    report = places.ROOT / WORK / "assay.json"
    command = [places.ASSAY, "run", "Benchmarks/agreement/pipeline.yaml", "--param", f"folder={places.ROOT / DATA}",
               "--store", f"{WORK}/assay.db", "--report", str(report), "--quiet"]
    if subprocess.run(command, cwd=places.ROOT).returncode != 1:
        sys.exit("Assay did not fail the gate")
    findings = {}
    datasets = json.loads(report.read_text())["datasets"]
    for check in next(dataset for dataset in datasets if dataset["name"] == "bad")["checks"]:
        name = check["check"] + (f"({check['column']})" if check["column"] else "")
        name = "pattern(uuid)" if name == "format(uuid)" else name
        if check["check"] == "value_set":
            findings[name] = {"values": check["failed"]}
        elif isinstance(check["observed"], (int, float)) and not check["failed"]:
            findings[name] = {"value": check["observed"]}
        else:
            findings[name] = {"rows": check["failed"]}
    return findings


def table(expected, found, versions):
    names = list(found)
    lines = [
        "# The same bad file, looked at by several tools", "",
        "Written by `Scripts/agreement`: a file of 20,060 rows and 15 columns with everything in it that checks look for,",
        "each check's failing rows (or its value) counted by a plain program, and what each tool says. A tool that counts",
        "otherwise is held to what it counts: *repeats* are rows after the first of their value, *values* those that occur",
        "more than once, or are not in the set. An empty place: the tool has no such check of its own.", "",
        "| check | expected | " + " | ".join(f"{name} {versions[name]}".strip() for name in names) + " |",
        "|---|--:|" + "--:|" * len(names),
    ]
    wrong = []
    for check, counts in expected.items():
        cells = [f"{next(iter(counts.values())):g}" if "value" not in counts else plain(counts["value"])]
        for name in names:
            finding = found[name].get(check)
            if finding is None:
                cells.append("")
                if name == "Assay":
                    wrong.append(f"Assay: nothing about {check}")
                continue
            (kind, value), = finding.items()
            same = kind in counts and abs(value - counts[kind]) <= 1e-9 * max(1, abs(counts[kind]))
            note = NOTES.get((name, check))
            suffix = "" if kind in ("rows", "value") else f" {kind}"
            cells.append(plain(value) + suffix + ("" if same else f" ({note})" if note else " ✗"))
            if not same and not note:
                wrong.append(f"{name}: {check} is {value} {kind}, not {counts.get(kind)}")
        lines.append(f"| {check} | " + " | ".join(cells) + " |")
    own = {name: sum(check in found[name] for check in expected) for name in names}
    lines += ["", "Of these " + f"{len(expected)} checks, " + ", ".join(f"{name} has {count}" for name, count in own.items())
              + ". Metrics, the score and history are not compared here: the peers have no such thing, or another."]
    return "\n".join(lines) + "\n", wrong


def plain(value):
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


if __name__ == "__main__":
    main()

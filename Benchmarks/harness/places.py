"""Where things are. All paths are relative to the project, from where everything runs."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = "Benchmarks/peers"
PIPELINES = "Benchmarks/pipelines"
PROGRAMS = ".bench/programs"
ENVIRONMENTS = ".bench/environments"
DATA = ".bench/data"
WORK = ".bench/scratch"
RESULTS = "Benchmarks/results.json"
TABLE = "docs/benchmarks.md"
ASSAY = ".build/release/assay"
MICRO = ".build/release/assay-microbenchmarks"


def say(text):
    print(text, file=sys.stderr, flush=True)


def packages():
    """What each environment installs, by its name."""
    found = {}
    for line in (ROOT / "Benchmarks/environments.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, wanted = line.partition(":")
            found[name] = wanted.split()
    return found


def python_of(environment):
    return f"{ENVIRONMENTS}/{environment}/bin/python"


def make_environment(name):
    """Makes a virtual environment, byte-compiled, unless it is there. Returns why it cannot be had, or None.

    Without byte code, where Python is told to write none, a peer compiles its modules at each start, which takes two
    to four times as long as the start itself.
    """
    folder = ROOT / ENVIRONMENTS / name
    ready = folder / "ready.txt"
    wanted = " ".join(packages()[name])
    if ready.exists() and ready.read_text() == wanted:
        return None
    say(f"installing {wanted}")
    steps = [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", *packages()[name]],
        [str(folder / "bin/python"), "-m", "compileall", "-q", "-j", "0", str(folder / "lib")],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        # Some packages bring files for other versions of Python, which do not compile; they are not imported either.
        if done.returncode and step is not steps[-1]:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            return f"not installed: {lines[-1]}"
    ready.write_text(wanted)
    return None


def versions_in(environment):
    """The versions of what an environment was made for, by package."""
    names = [package.split("[")[0].split("<")[0] for package in packages()[environment]]
    code = ("import importlib.metadata, json, sys;"
            "print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))")
    done = subprocess.run([str(ROOT / python_of(environment)), "-c", code, *names], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def line_of(*command):
    """The first line that a program prints, or nothing where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0]


def program_versions():
    # `swift --version` names the compiler behind other words, which differ between systems.
    swift = line_of("swift", "--version")
    return {"assay": line_of(ASSAY, "--version"), "swift": swift.partition("Swift version ")[2].split(" ")[0] or swift,
            "sqlite3": line_of("sqlite3", "--version").split(" ")[0], "python": sys.version.split(" ")[0]}


def machine():
    """The machine in words: processor, cores that may be used, memory, system."""
    def lines(path):
        try:
            return pathlib.Path(path).read_text().splitlines()
        except OSError:
            return []
    model = next((line.partition(":")[2].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")),
                 os.uname().machine)
    kib = next((int(line.split()[1]) for line in lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    system = next((line.partition("=")[2].strip('"') for line in lines("/etc/os-release")
                   if line.startswith("PRETTY_NAME")), os.uname().sysname)
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {kib / (1 << 20):.0f} GiB, {system}"

"""Measures the scheduler and the ledger, and prints a table: python3 Benchmarks/service/measure.py .build/release/assay

Times are of the processor (user and system), which other work on the machine disturbs little; medians of three.
"""
import datetime, os, resource, signal, sqlite3, statistics, subprocess, sys, tempfile, time

program = os.path.abspath(sys.argv[1])


def used(*arguments, folder):
    """Processor seconds of a call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(*arguments, folder):
    return statistics.median(used(*arguments, folder=folder) for _ in range(3))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def idle(folder, count=5000, seconds=60):
    """Processor seconds until ready, and the share of a core that idling takes."""
    for i in range(count):
        # None is due while it is measured.
        day = (datetime.date.today() + datetime.timedelta(days=40)).day
        write(f"{folder}/p{i}.yaml", f"""version: 1
name: p{i}
schedule: {{cron: "{i % 60} {i % 24} {day} * *", timezone: Europe/Berlin}}
sources: {{r: {{type: csv, path: r.csv}}}}
""")
    health = f"{folder}/health.json"
    process = subprocess.Popen([program, "schedule", folder, "--health-file", health], stderr=subprocess.DEVNULL)

    def ticks():
        fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    while not os.path.exists(health):
        time.sleep(0.1)
    ready = ticks()
    time.sleep(seconds)
    share = (ticks() - ready) / seconds
    memory = next(line for line in open(f"/proc/{process.pid}/status") if line.startswith("VmRSS")).split()[1]
    process.send_signal(signal.SIGTERM)
    process.wait()
    return ready, share, int(memory) / 1024


def ledger(folder, count=100_000):
    write(f"{folder}/r.csv", "a\n1\n")
    write(f"{folder}/p.yaml", "version: 1\nname: p\nsources: {r: {type: csv, path: r.csv}}\n"
          "outputs: [{type: csv, from: r, path: o.csv}]\n")
    subprocess.run([program, "run", "p.yaml", "--quiet"], cwd=folder, check=True)
    few = median("runs", folder=folder)
    store = sqlite3.connect(f"{folder}/assay.db")
    columns = [row[1] for row in store.execute("PRAGMA table_info(runs)")]
    one = dict(zip(columns, store.execute("SELECT * FROM runs").fetchone()))
    rows, at = [], datetime.datetime(2024, 1, 1)
    for i in range(count):
        at += datetime.timedelta(minutes=5)
        one |= {"id": at.strftime("%Y%m%d-%H%M%S-") + f"{i % 10000:04}", "pipeline": f"p{i % 50}",
                "started_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "finished_at": at.strftime("%Y-%m-%dT%H:%M:%S.500Z"),
                "lease_until": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "outcome": "failed" if i % 20 == 0 else "passed"}
        rows.append([one[name] for name in columns])
    store.executemany(f"INSERT INTO runs VALUES ({','.join('?' * len(columns))})", rows)
    store.commit()
    store.close()
    used("runs", folder=folder)
    return few, median("runs", folder=folder), median("runs", "--pipeline", "p7", "--outcome", "bad", folder=folder)


def graph(folder, count=10_000):
    write(f"{folder}/r.csv", "a\n1\n")
    steps = "\n".join(f"  s{i}: {{type: select, from: s{i - 1}}}" for i in range(1, count))
    write(f"{folder}/p.yaml", f"version: 1\nname: p\nsources:\n  s0: {{type: csv, path: r.csv}}\nsteps:\n{steps}\n"
          f"outputs:\n  - {{type: csv, from: s{count - 1}, path: o.csv}}\n")
    return median("validate", "p.yaml", folder=folder), median("run", "p.yaml", "--quiet", folder=folder)


with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b, tempfile.TemporaryDirectory() as c:
    start = statistics.median(used("--version", folder=a) for _ in range(3))
    validate, run = graph(a)
    few, many, bad = ledger(b)
    ready, share, memory = idle(c)
print("| what | processor time |\n|---|---|")
print(f"| `assay --version` | {start * 1000:.0f} ms |")
print(f"| `assay runs`, 1 run in the store | {few * 1000:.0f} ms |")
print(f"| `assay runs`, 100,000 runs | {many * 1000:.0f} ms |")
print(f"| `assay runs --pipeline p7 --outcome bad`, 100,000 runs | {bad * 1000:.0f} ms |")
print(f"| `assay schedule` of 5,000 files until it is ready | {ready:.1f} s |")
print(f"| the same, idle | {share * 100:.2f} % of a core, {memory:.0f} MB |")
print(f"| `assay validate`, a chain of 10,000 steps | {validate:.2f} s |")
print(f"| `assay run` of it | {run:.2f} s |")

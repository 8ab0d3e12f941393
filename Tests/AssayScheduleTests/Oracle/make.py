"""Writes slots.tsv: what croniter and zoneinfo make of cron expressions in zones.

    pip install croniter && python make.py > slots.tsv        (made with croniter 7.0.0 and tzdata 2025b)

croniter lists LOCAL times, without a zone; the rule for clocks that leap or repeat an hour is applied here with zoneinfo,
since croniter's own answers for repeated hours follow another rule. `implement_cron_bug` is Vixie's reading of `*/2` in the
day of month or of week: it begins with `*`, so that both must hold.

A line: expression, zone, from, until (Unix seconds, UTC), number of slots, hash, first and last slot. The hash is
h * 6364136223846793005 + slot, modulo 2^64, from 0. Casablanca (Ramadan) is listed until 2030 only: later years differ
between versions of the tz database.
"""
import datetime, random, sys, zoneinfo
from croniter import croniter

UTC = datetime.timezone.utc
# croniter writes the last Friday L5.
SPELLINGS = {"FRI#L": "L5", "5L": "L5"}
SPARSE = """0 0 * * *|30 2 * * *|30 1 * * *|0 2 * * *|0 3 * * *|59 23 * * *|15 6 * * 1-5|0 0 1 * *|0 0 L * *|0 12 L 2 *
0 0 29 2 *|30 1 * 3,10 SUN|30 2 * 3,10,11 0|0 0 13 * 5|0 0 */2 * 1|0 0 1-7 * *|0 9 1 1 *|0 0 * * 7|0 0 * * FRI-MON
0 0 * NOV-FEB *|0 6 * * MON#1|0 6 * * SUN#5|0 18 * * FRI#L|0 0 31 * *|0 0 30,31 4-6 *|5/20 3 * * SAT|0 22-2 1 * *
0 4 8-14 * 2|45 0 1,15 */3 *|0 0 * * 1,3,5|10 10 10 10 *|0 0 1 4 *|59 1 * * *|0 1 * * *|1 2 28-31 * *|*/30 2 * * 0
0 0,12 * * 6|0 2 15 3-11 *""".replace("\n", "|").split("|")
DENSE = ["0 * * * *", "*/15 * * * *", "30 */2 * * *", "* 1-3 * * *"]
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
         "Europe/London", "America/Sao_Paulo", "Asia/Tehran"]


def moment(local, zone):
    """The moment of a local time: the first where it repeats, the end of the gap where it does not exist."""
    first = local.replace(tzinfo=zone, fold=0)
    at = int(first.timestamp())
    if datetime.datetime.fromtimestamp(at, zone).replace(tzinfo=None) == local:
        return at
    # In a gap, fold 0 reads with the offset before it: so `at` lies after the leap, by less than the gap's length.
    low, high = at - 2 * 86400, at
    after = datetime.datetime.fromtimestamp(high, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.datetime.fromtimestamp(middle, zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def line(text, name, start, end):
    zone = zoneinfo.ZoneInfo(name)
    spelled = " ".join(SPELLINGS.get(field, field) for field in text.split())
    naive = datetime.datetime.fromtimestamp(start, UTC).replace(tzinfo=None) - datetime.timedelta(days=2)
    times = croniter(spelled, naive, ret_type=datetime.datetime, implement_cron_bug=True)
    count, total, first, last = 0, 0, "", ""
    while True:
        at = moment(times.get_next(), zone)
        if at >= end:
            break
        if at < start or at == last:
            continue
        first = at if first == "" else first
        last, count = at, count + 1
        total = (total * 6364136223846793005 + at) % 2**64
    print(text, name, start, end, count, total, first, last, sep="\t")


def random_expression(source):
    def field(low, high, most):
        kind = source.randrange(5)
        a, b = sorted(source.sample(range(low, high + 1), 2))
        return ["*", f"{a}", f"{a}-{b}", f"{a}-{b}/{source.randint(1, most)}", f"{b},{a}"][kind]
    day = lambda low, high, most: source.choice(["*", f"*/{source.randint(2, most)}", field(low, high, most)])
    minute = f"{source.randint(0, 59)}" if source.randrange(3) else f"*/{source.choice([7, 20, 30])}"
    return f"{minute} {field(0, 23, 9)} {day(1, 28, 9)} {field(1, 12, 4)} {day(0, 6, 3)}"


def main():
    at = lambda year: int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp())
    for name in ZONES:
        end = 2030 if name == "Africa/Casablanca" else 2036
        for text in SPARSE:
            line(text, name, at(2026), at(end))
        for text in DENSE:
            line(text, name, at(2026), at(2027))
    line("0 0 * * *", "Pacific/Apia", at(2011), at(2013))  # 30 December 2011 did not exist there
    source = random.Random(7)
    for _ in range(100):
        line(random_expression(source), source.choice(ZONES), at(2026), at(2028))


main()

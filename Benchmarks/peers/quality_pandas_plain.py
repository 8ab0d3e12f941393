"""pandas as it is mostly written, with read_csv and functions over cells: five metrics and seven checks."""
import pandas as pd
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: str for name in names if name not in numeric}
frame = pd.read_csv(data, dtype=kinds, keep_default_na=False, na_values=[""])
rows = len(frame)
nulls = frame.isnull().sum()


def is_number(value):
    try:
        float(value)
        return True
    except ValueError:
        return False


mixed = []
for name in kinds:
    flags = frame[name].dropna().apply(is_number)
    if flags.sum() * 2 > len(flags) and not flags.all():
        mixed.append(name)
outliers = 0
for name in numeric:
    low, high = frame[name].quantile(0.25), frame[name].quantile(0.75)
    reach = 1.5 * (high - low)
    outliers += int(((frame[name] < low - reach) | (frame[name] > high + reach)).sum())
revenue = frame["revenue"]
rules.hand_in(
    out, rows,
    rules.counted(rows, nulls["id"], frame["id"].duplicated().sum(), nulls["email"],
                  (~frame["email"].str.match(rules.EMAIL)).sum(),
                  (revenue.notna() & ~revenue.between(*rules.REVENUE)).sum(),
                  (~frame["state"].isin(rules.STATES)).sum()),
    rules.metrics(names, rows, int(nulls.sum()), int(frame.duplicated().sum()), mixed,
                  int(sum(rows - nulls[name] for name in numeric)), outliers))

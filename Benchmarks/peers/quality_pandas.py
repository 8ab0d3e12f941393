"""pandas as a careful user writes it, over the pyarrow reader: five metrics and seven checks.

pd.read_csv(engine="pyarrow") cannot read line breaks within quotes, so pyarrow's own reader is called.
"""
import arrow_table
import pandas as pd
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
table = arrow_table.read(data, names, numeric)
frame = table.to_pandas(types_mapper=pd.ArrowDtype)
rows = len(frame)
nulls = frame.isna().sum()
mixed = []
for name in names:
    if name not in numeric:
        counts = frame[name].value_counts()
        numbers = counts[pd.to_numeric(counts.index.astype(object), errors="coerce").notna()].sum()
        if numbers * 2 > counts.sum() and numbers < counts.sum():
            mixed.append(name)
outliers = 0
for name in numeric:
    low, high = frame[name].quantile([0.25, 0.75])
    reach = 1.5 * (high - low)
    outliers += int(((frame[name] < low - reach) | (frame[name] > high + reach)).sum())
revenue = frame["revenue"].dropna()
rules.hand_in(
    out, rows,
    rules.counted(rows, nulls["id"], frame["id"].duplicated().sum(), nulls["email"],
                  rows - int(frame["email"].str.match(rules.EMAIL).sum()), (~revenue.between(*rules.REVENUE)).sum(),
                  (~frame["state"].isin(rules.STATES)).sum()),
    rules.metrics(names, rows, int(nulls.sum()), int(frame.duplicated().sum()), mixed,
                  int(sum(rows - nulls[name] for name in numeric)), outliers))

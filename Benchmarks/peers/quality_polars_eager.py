"""polars, the file read whole into a frame, types given: five metrics and seven checks."""
import polars as pl
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: pl.String for name in names}
kinds.update({name: pl.Int64 if name.startswith("id") else pl.Float64 for name in numeric})
text = [name for name in names if name not in numeric]
frame = pl.read_csv(data, schema=kinds)

fact = frame.lazy().select(
    *[pl.col(name).null_count().alias(f"nulls {name}") for name in names],
    *[pl.col(name).cast(pl.Float64, strict=False).count().alias(f"numbers {name}") for name in text],
    *[pl.col(name).quantile(share, "linear").alias(f"{share} {name}") for name in numeric for share in (0.25, 0.75)],
    pl.col("id").n_unique().alias("ids"),
    (~pl.col("revenue").is_between(*rules.REVENUE)).sum().alias("revenue_outside"),
    (~pl.col("state").is_in(rules.STATES)).sum().alias("other_states"),
    (~pl.col("email").str.contains(rules.EMAIL)).sum().alias("bad_emails"),
).collect().row(0, named=True)


def outside(name):
    low, high = fact[f"0.25 {name}"], fact[f"0.75 {name}"]
    reach = 1.5 * (high - low)
    return ((pl.col(name) < low - reach) | (pl.col(name) > high + reach)).sum().alias(name)


outliers = sum(frame.lazy().select(*map(outside, numeric)).collect().row(0))
rows = frame.height
nulls = {name: fact[f"nulls {name}"] for name in names}
mixed = [name for name in text
         if fact[f"numbers {name}"] * 2 > rows - nulls[name] and fact[f"numbers {name}"] < rows - nulls[name]]
rules.hand_in(
    out, rows,
    rules.counted(rows, nulls["id"], rows - fact["ids"], nulls["email"], fact["bad_emails"], fact["revenue_outside"],
                  fact["other_states"]),
    rules.metrics(names, rows, sum(nulls.values()), rows - frame.n_unique(), mixed,
                  sum(rows - nulls[name] for name in numeric), outliers))

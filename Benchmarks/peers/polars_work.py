"""What both ways of polars have in common: the columns' types, what is asked of them, and what is handed in."""
import polars as pl
import rules


def grade(read, facts_of, collect):
    """Grades the file of the call.

    `read` reads it under a schema, `facts_of` gives the row of some expressions and the number of distinct rows, and
    `collect` runs a lazy frame.
    """
    data, out = rules.arguments()
    names, numeric = rules.columns(data)
    text = [name for name in names if name not in numeric]
    kinds = {name: pl.String for name in names}
    kinds.update({name: pl.Int64 if name.startswith("id") else pl.Float64 for name in numeric})
    frame = read(data, schema=kinds)
    fact, distinct = facts_of(frame, [
        pl.len().alias("rows"),
        *[pl.col(name).null_count().alias(f"nulls {name}") for name in names],
        *[pl.col(name).cast(pl.Float64, strict=False).count().alias(f"numbers {name}") for name in text],
        *[pl.col(name).quantile(share, "linear").alias(f"{share} {name}") for name in numeric for share in (0.25, 0.75)],
        pl.col("id").n_unique().alias("ids"),
        (~pl.col("revenue").is_between(*rules.REVENUE)).sum().alias("revenue_outside"),
        (~pl.col("state").is_in(rules.STATES)).sum().alias("other_states"),
        (~pl.col("email").str.contains(rules.EMAIL)).sum().alias("bad_emails"),
    ])

    def outside(name):
        low, high = fact[f"0.25 {name}"], fact[f"0.75 {name}"]
        reach = 1.5 * (high - low)
        return ((pl.col(name) < low - reach) | (pl.col(name) > high + reach)).sum().alias(name)

    outliers = sum(collect(frame.lazy().select(*map(outside, numeric))).row(0))
    rows = fact["rows"]
    nulls = {name: fact[f"nulls {name}"] for name in names}
    mixed = [name for name in text
             if fact[f"numbers {name}"] * 2 > rows - nulls[name] and fact[f"numbers {name}"] < rows - nulls[name]]
    rules.hand_in(
        out, rows,
        rules.counted(rows, nulls["id"], rows - fact["ids"], nulls["email"], fact["bad_emails"],
                      fact["revenue_outside"], fact["other_states"]),
        rules.metrics(names, rows, sum(nulls.values()), rows - distinct, mixed,
                      sum(rows - nulls[name] for name in numeric), outliers))

"""polars, lazy, streaming engine, types given: five metrics and seven checks."""
import polars as pl
import polars_work


def facts_of(frame, measures):
    facts, distinct = pl.collect_all(
        [frame.select(measures), frame.unique().select(pl.len())], engine="streaming")
    return facts.row(0, named=True), distinct.item()


polars_work.grade(pl.scan_csv, facts_of, lambda frame: frame.collect(engine="streaming"))

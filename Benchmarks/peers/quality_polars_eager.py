"""polars, the file read whole into a frame, types given: five metrics and seven checks."""
import polars as pl
import polars_work


def facts_of(frame, measures):
    return frame.lazy().select(measures).collect().row(0, named=True), frame.n_unique()


polars_work.grade(pl.read_csv, facts_of, lambda frame: frame.collect())

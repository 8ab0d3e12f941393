"""polars, read_csv and write_database through ADBC: CSV into a table."""
import os
import sys

import polars as pl

data, out = sys.argv[1:3]
frame = pl.read_csv(data, schema_overrides={"zipcode": pl.String, "employees": pl.String})
frame.write_database("customers", f"sqlite:///{os.path.abspath(out)}", engine="adbc")

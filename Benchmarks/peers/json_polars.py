"""polars, types given: JSON or JSON Lines into columns. It reads only."""
import sys

import columns
import polars as pl

data, out = sys.argv[1:3]
kinds = {name: pl.String for name in "name email signup_date zipcode city state industry employees notes".split()}
kinds = {"id": pl.Int64, "revenue": pl.Float64, "active": pl.Boolean, **kinds}
frame = pl.read_ndjson(data, schema=kinds) if data.endswith("l") else pl.read_json(data, schema=kinds)
columns.hand_in(out, frame.height, sum(frame.null_count().row(0)))

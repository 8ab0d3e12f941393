"""orjson: JSON or JSON Lines into columns, as lists. It reads only."""
import sys

import columns
import orjson

data, out = sys.argv[1:3]
with open(data, "rb") as file:
    records = map(orjson.loads, file) if data.endswith("l") else orjson.loads(file.read())
    columns.hand_in_lists(out, *columns.from_records(records))

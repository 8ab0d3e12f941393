"""Python's json module: JSON or JSON Lines into columns, as lists. It reads only."""
import json
import sys

import columns

data, out = sys.argv[1:3]
with open(data, encoding="utf-8") as file:
    records = map(json.loads, file) if data.endswith("l") else json.load(file)
    columns.hand_in_lists(out, *columns.from_records(records))

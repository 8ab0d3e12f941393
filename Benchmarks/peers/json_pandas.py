"""pandas.read_json: JSON or JSON Lines into columns. It reads only."""
import sys

import columns
import pandas as pd

data, out = sys.argv[1:3]
frame = pd.read_json(data, lines=data.endswith("l"), dtype=False)
columns.hand_in(out, len(frame), frame.isna().sum().sum())

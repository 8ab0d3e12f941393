"""pandas.read_xml with lxml, streaming: XML into columns. It reads only."""
import sys

import columns
import pandas as pd

data, out = sys.argv[1:3]
names = "id name email signup_date zipcode city state industry revenue employees active notes".split()
frame = pd.read_xml(data, iterparse={"customer": names}, dtype={"zipcode": str, "employees": str})
columns.hand_in(out, len(frame), frame.isna().sum().sum())

"""pandas, read_csv and to_sql: CSV into a table."""
import sqlite3
import sys

import pandas as pd

data, out = sys.argv[1:3]
database = sqlite3.connect(out)
with database:
    frame = pd.read_csv(data, dtype={"zipcode": str, "employees": str}, keep_default_na=False, na_values=[""])
    frame.to_sql("customers", database, index=False, chunksize=10_000)
database.close()

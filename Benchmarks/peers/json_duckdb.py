"""DuckDB, types given: JSON or JSON Lines into columns. It reads only."""
import sys

import columns
import duckdb

data, out = sys.argv[1:3]
kinds = {name: "VARCHAR" for name in "name email signup_date zipcode city state industry employees notes".split()}
kinds = {"id": "BIGINT", "revenue": "DOUBLE", "active": "BOOLEAN", **kinds}
database = duckdb.connect()
database.execute("CREATE TABLE customers AS SELECT * FROM read_json($data, format=$format, columns=$kinds)",
                 {"data": data, "format": "newline_delimited" if data.endswith("l") else "array", "kinds": kinds})
rows, = database.execute("SELECT count(*) FROM customers").fetchone()
present = database.execute("SELECT count(COLUMNS(*)) FROM customers").fetchone()
columns.hand_in(out, rows, rows * len(present) - sum(present))

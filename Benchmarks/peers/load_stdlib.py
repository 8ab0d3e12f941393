"""Python's csv and sqlite3 modules, all values as text: CSV into a table."""
import csv
import sqlite3
import sys

data, out = sys.argv[1:3]
with open(data, newline="", encoding="utf-8") as file:
    rows = csv.reader(file)
    names = next(rows)
    database = sqlite3.connect(out)
    with database:
        database.execute(f"CREATE TABLE customers ({', '.join(names)})")
        database.executemany(f"INSERT INTO customers VALUES ({', '.join('?' * len(names))})", rows)
    database.close()

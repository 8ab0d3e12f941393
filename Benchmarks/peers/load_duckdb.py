"""DuckDB through its sqlite extension: CSV into a table.

The extension comes out of a package, so that nothing is fetched while the clock runs.
"""
import pathlib
import sys

import duckdb

data, out = sys.argv[1:3]
found = sorted(pathlib.Path(sys.prefix).rglob("sqlite_scanner.duckdb_extension"))
if not found:
    raise SystemExit("the package duckdb-extension-sqlite-scanner has no extension in it")
database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
database.execute(f"LOAD '{found[0]}'")
database.execute(f"ATTACH '{out}' AS target (TYPE sqlite)")
database.execute("CREATE TABLE target.customers AS SELECT * FROM read_csv($data, types={'zipcode': 'VARCHAR',"
                 " 'employees': 'VARCHAR'})", {"data": data})

"""Soda Core over DuckDB: the checks alone."""
import json

import duckdb
import rules
from soda.scan import Scan

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: "VARCHAR" for name in names}
kinds.update({name: "BIGINT" if name.startswith("id") else "DOUBLE" for name in numeric})
database = duckdb.connect()
database.execute("CREATE TABLE customers AS SELECT * FROM read_csv($data, header=true, columns=$kinds, quote='\"',"
                 " escape='\"', delim=',')", {"data": data, "kinds": kinds})
scan = Scan()
scan.disable_telemetry()
scan.add_duckdb_connection(database, data_source_name="memory")
scan.set_data_source_name("memory")
scan.add_sodacl_yaml_str(f"""
checks for customers:
  - row_count between {rules.ROWS[0]} and {rules.ROWS[1]}
  - missing_count(id) = 0
  - duplicate_count(id) = 0
  - missing_count(email) = 0
  - invalid_percent(email) <= {round(100 * (1 - rules.EMAIL_SHARE), 3)}:
      valid regex: '{rules.EMAIL}'
  - invalid_count(revenue) = 0:
      valid min: {rules.REVENUE[0]}
      valid max: {rules.REVENUE[1]}
  - invalid_count(state) = 0:
      valid values: {json.dumps(rules.STATES)}
""")
scan.execute()
found = scan.get_scan_results()["checks"]
if scan.has_error_logs() or len(found) != len(rules.CHECKS):
    raise SystemExit(scan.get_error_logs_text() or "soda did not run all checks")
rows, checks = 0, {}
for name, check in zip(rules.CHECKS, sorted(found, key=lambda check: check["location"]["line"])):
    value = (check.get("diagnostics") or {}).get("value")
    if name == "row_count":
        rows = int(value)
    counts = name in ("not_null(id)", "not_null(email)", "range(revenue)", "accepted_values(state)")
    checks[name] = (check["outcome"] == "pass", value if counts else None)
rules.hand_in(out, rows, checks)

"""Soda Core over DuckDB."""
import json

import duckdb
import files
import found
from soda.scan import Scan

folder, out = found.arguments()
database = duckdb.connect()
kinds = {name: "VARCHAR" for name in files.NAMES}
kinds.update({"id": "BIGINT", "revenue": "DOUBLE", "cost": "DOUBLE", "parent_id": "BIGINT", "seq": "BIGINT",
              "signed_up": "DATE", "closed_on": "DATE"})
database.execute("CREATE TABLE bad AS SELECT * FROM read_csv($path, header=true, columns=$kinds)",
                 {"path": f"{folder}/bad.csv", "kinds": kinds})
database.execute("CREATE TABLE states AS SELECT * FROM read_csv($path, header=true)", {"path": f"{folder}/states.csv"})
# Each check with the name and the kind of its count; all must fail, so that Soda tells their values.
CHECKS = [
    ("row_count", "value", "row_count = 0"),
    ("not_null(id)", "rows", "missing_count(id) = 0"),
    ("unique(id)", "values", "duplicate_count(id) = 0"),
    ("not_null(email)", "rows", "missing_count(email) = 0"),
    ("pattern(email)", "rows", f"invalid_count(email) = 0:\n      valid regex: '{files.EMAIL}'"),
    ("accepted_values(state)", "rows", f"invalid_count(state) = 0:\n      valid values: {json.dumps(files.STATES)}"),
    ("references(state)", "rows", "values in (state) must exist in states (code)"),
    ("references(parent_id)", "rows", "values in (parent_id) must exist in bad (id)"),
    ("length(zipcode)", "rows", "invalid_count(zipcode) = 0:\n      valid length: 5"),
    ("pattern(uuid)", "rows", "invalid_count(uuid) = 0:\n      valid format: uuid"),
    ("range(revenue)", "rows", "invalid_count(revenue) = 0:\n      valid min: 0"),
    ("mean(revenue)", "value", "avg(revenue) = 0"),
    ("sum(revenue)", "value", "sum(revenue) = 0"),
    ("stddev(revenue)", "value", "stddev(revenue) = 0"),
    ("quantile(revenue)", "value", "percentile(revenue, 0.95) = 0"),
    ("min(revenue)", "value", "min(revenue) = 0"),
    ("max(revenue)", "value", "max(revenue) = 0"),
    ("expression(cost)", "rows", "failed rows:\n      fail condition: cost > revenue"),
    ("type(quantity)", "rows", "invalid_count(quantity) = 0:\n      valid regex: '^[0-9]+$'"),
    ("range(signed_up)", "rows", "failed rows:\n      fail condition: signed_up < DATE '2000-01-01'"),
    ("compare(closed_on)", "rows", "failed rows:\n      fail condition: closed_on < signed_up"),
    ("forbidden_values(status)", "rows", "invalid_count(status) = 0:\n      invalid values: [test]"),
    ("not_pattern(notes)", "rows", "failed rows:\n      fail condition: notes LIKE '%TODO%'"),
    ("null(deleted_at)", "rows", "failed rows:\n      fail condition: deleted_at IS NOT NULL"),
]
scan = Scan()
scan.disable_telemetry()
scan.add_duckdb_connection(database, data_source_name="memory")
scan.set_data_source_name("memory")
scan.add_sodacl_yaml_str("checks for bad:\n" + "".join(f"  - {text}\n" for _, _, text in CHECKS))
scan.execute()
results = sorted(scan.get_scan_results()["checks"], key=lambda check: check["location"]["line"])
if len(results) != len(CHECKS):
    raise SystemExit(scan.get_error_logs_text() or "soda did not run all checks")
findings = {}
for (name, kind, _), check in zip(CHECKS, results):
    value = (check.get("diagnostics") or {}).get("value")
    if value is not None:
        findings[name] = {kind: float(value)}
found.hand_in(out, findings)

"""frictionless with a table schema."""
from collections import Counter

import files
import found
from frictionless import Checklist, Resource, Schema, checks

folder, out = found.arguments()
kinds = {"id": "integer", "revenue": "number", "cost": "number", "quantity": "integer", "signed_up": "date",
         "closed_on": "date", "parent_id": "integer", "seq": "integer"}
limits = {"id": {"required": True, "unique": True}, "email": {"required": True, "pattern": files.EMAIL},
          "state": {"enum": files.STATES}, "zipcode": {"minLength": 5, "maxLength": 5}, "uuid": {"pattern": files.UUID},
          "revenue": {"minimum": 0}, "signed_up": {"minimum": "2000-01-01"}}
schema = Schema.from_descriptor({"fields": [
    {"name": name, "type": kinds.get(name, "string"), "constraints": limits.get(name, {})} for name in files.NAMES]})
report = Resource(path="bad.csv", basepath=folder, schema=schema).validate(
    Checklist(checks=[checks.duplicate_row(), checks.forbidden_value(field_name="status", values=["test"])]),
    limit_errors=10**9)
task = report.tasks[0]
counts = Counter()
for error in task.errors:
    required = 'constraint "required"' in error.note
    counts[(error.type, getattr(error, "field_name", ""), required)] += 1
WANTED = {
    "not_null(id)": ("constraint-error", "id", True), "not_null(email)": ("constraint-error", "email", True),
    "pattern(email)": ("constraint-error", "email", False), "accepted_values(state)": ("constraint-error", "state", False),
    "length(zipcode)": ("constraint-error", "zipcode", False), "pattern(uuid)": ("constraint-error", "uuid", False),
    "range(revenue)": ("constraint-error", "revenue", False), "type(quantity)": ("type-error", "quantity", False),
    "range(signed_up)": ("constraint-error", "signed_up", False),
    "forbidden_values(status)": ("forbidden-value", "status", False),
}
findings = {name: {"rows": counts[key]} for name, key in WANTED.items()}
findings["row_count"] = {"value": task.stats["rows"]}
findings["unique(id)"] = {"repeats": counts[("unique-error", "id", False)]}
findings["duplicate_rows"] = {"repeats": counts[("duplicate-row", "", False)]}
found.hand_in(out, findings)

"""frictionless with a table schema: the checks alone. It counts bad emails one by one."""
import os
from collections import Counter

import rules
from frictionless import Checklist, Resource, Schema, checks

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: "integer" if name.startswith("id") else "number" for name in numeric}
limits = {"id": {"required": True, "unique": True}, "email": {"required": True, "pattern": rules.EMAIL},
          "revenue": {"minimum": rules.REVENUE[0], "maximum": rules.REVENUE[1]}, "state": {"enum": rules.STATES}}
schema = Schema.from_descriptor({"fields": [
    {"name": name, "type": kinds.get(name, "string"), "constraints": limits.get(name, {})} for name in names]})
folder, file = os.path.split(os.path.abspath(data))
dimensions = checks.table_dimensions(min_rows=rules.ROWS[0], max_rows=rules.ROWS[1])
report = Resource(path=file, basepath=folder, schema=schema).validate(
    Checklist(checks=[dimensions]), limit_errors=10**9)
task = report.tasks[0]
found = Counter((error.type, getattr(error, "field_name", ""),
                 "required" if 'constraint "required"' in error.note else "") for error in task.errors)
rows = task.stats["rows"]


def failed(field, required=False):
    return sum(count for (_, name, kind), count in found.items() if name == field and (kind == "required") == required)


rules.hand_in(out, rows, {
    **rules.counted(rows, failed("id", True), failed("id"), failed("email", True), failed("email"), failed("revenue"),
                    failed("state")),
    "row_count": (not any("dimension" in kind for kind, _, _ in found), None),
})

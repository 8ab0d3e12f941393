"""pandera over polars, all failures collected."""
import files
import found
import pandera.polars as pa
import polars as pl

folder, out = found.arguments()
kinds = {name: pl.String for name in files.NAMES}
kinds.update({"id": pl.Int64, "revenue": pl.Float64, "cost": pl.Float64, "parent_id": pl.Int64, "seq": pl.Int64})
frame = pl.read_csv(f"{folder}/bad.csv", schema=kinds, null_values=[""])


def rows(condition, name):
    """A check of whole rows, whose failing rows pandera counts; a null is no failure."""
    return pa.Check(lambda data: data.lazyframe.select(condition.fill_null(True)), name=name)


text = {"nullable": True}
schema = pa.DataFrameSchema(
    {
        "id": pa.Column(pl.Int64, unique=True, nullable=False),
        "email": pa.Column(pl.String, nullable=False, checks=pa.Check.str_matches(files.EMAIL)),
        "state": pa.Column(pl.String, checks=pa.Check.isin(files.STATES), **text),
        "zipcode": pa.Column(pl.String, checks=pa.Check.str_length(5, 5), **text),
        "uuid": pa.Column(pl.String, checks=pa.Check.str_matches(files.UUID), **text),
        "revenue": pa.Column(pl.Float64, checks=pa.Check.ge(0), **text),
        "quantity": pa.Column(pl.String, checks=pa.Check.str_matches("^[0-9]+$"), **text),
        "signed_up": pa.Column(pl.String, checks=pa.Check.ge("2000-01-01"), **text),
        "status": pa.Column(pl.String, checks=pa.Check.notin(["test"]), **text),
    },
    checks=[rows(pl.col("cost") <= pl.col("revenue"), "expression(cost)"),
            rows(pl.col("closed_on") >= pl.col("signed_up"), "compare(closed_on)"),
            rows(~pl.col("notes").str.contains("TODO"), "not_pattern(notes)"),
            rows(pl.col("deleted_at").is_null(), "null(deleted_at)")])
counts, frames = {}, {}
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    for case in errors.failure_cases.to_dicts():
        counts[(case["column"], case["check"])] = counts.get((case["column"], case["check"]), 0) + 1
        # A check of the frame is told with a row of its own for each column: the index tells how many rows there are.
        frames.setdefault(case["check"], set()).add(case["index"])
KINDS = {"not_nullable": "not_null", "field_uniqueness": "unique", "isin": "accepted_values", "notin": "forbidden_values",
         "str_matches": "pattern", "str_length": "length", "greater_than_or_equal_to": "range"}
findings = {}
for (column, check), count in counts.items():
    kind = KINDS.get(check.split("(")[0])
    if kind:
        findings["type(quantity)" if column == "quantity" else f"{kind}({column})"] = {"rows": count}
for name in ("expression(cost)", "compare(closed_on)", "not_pattern(notes)", "null(deleted_at)"):
    if name in frames:
        findings[name] = {"rows": len(frames[name])}
found.hand_in(out, findings)

"""pandera over polars, all failures collected: the checks alone."""
import pandera.polars as pa
import polars as pl
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: pl.String for name in names}
kinds.update({name: pl.Int64 if name.startswith("id") else pl.Float64 for name in numeric})


def email_share(data):
    return data.lazyframe.select(pl.col(data.key).str.contains(rules.EMAIL).mean() >= rules.EMAIL_SHARE)


schema = pa.DataFrameSchema({
    "id": pa.Column(pl.Int64, unique=True, nullable=False),
    "email": pa.Column(pl.String, nullable=False, checks=pa.Check(email_share, name="pattern")),
    "revenue": pa.Column(pl.Float64, nullable=True, checks=pa.Check.in_range(*rules.REVENUE, name="range")),
    "state": pa.Column(pl.String, nullable=True, checks=pa.Check.isin(rules.STATES, name="accepted_values")),
})
frame = pl.read_csv(data, schema=kinds)
failures = {}
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    cases = errors.failure_cases.group_by("column", "check").len()
    failures = {(case["column"], case["check"].split("(")[0]): case["len"] for case in cases.to_dicts()}


def finding(column, check, counts=True):
    failed = failures.get((column, check), 0)
    return failed == 0, failed if counts else None


rules.hand_in(out, frame.height, {
    "row_count": (rules.ROWS[0] <= frame.height <= rules.ROWS[1], None),
    "not_null(id)": finding("id", "not_nullable"),
    "unique(id)": finding("id", "field_uniqueness", counts=False),
    "not_null(email)": finding("email", "not_nullable"),
    "pattern(email)": finding("email", "pattern", counts=False),
    "range(revenue)": finding("revenue", "in_range"),
    "accepted_values(state)": finding("state", "isin"),
})

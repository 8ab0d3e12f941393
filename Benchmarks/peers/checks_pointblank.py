"""pointblank over polars: the checks alone."""
import pointblank as pb
import polars as pl
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: pl.String for name in names}
kinds.update({name: pl.Int64 if name.startswith("id") else pl.Float64 for name in numeric})
frame = pl.read_csv(data, schema=kinds)
validation = (
    pb.Validate(data=frame, tbl_name="customers")
    .col_vals_not_null(columns="id")
    .rows_distinct(columns_subset="id")
    .col_vals_not_null(columns="email")
    .col_vals_regex(columns="email", pattern=rules.EMAIL)
    .col_vals_between(columns="revenue", left=rules.REVENUE[0], right=rules.REVENUE[1], na_pass=True)
    .col_vals_in_set(columns="state", set=rules.STATES)
    .interrogate(collect_extracts=False))
checks = {"row_count": (rules.ROWS[0] <= frame.height <= rules.ROWS[1], None)}
for name, step in zip(rules.CHECKS[1:], validation.validation_info):
    allowed = frame.height * (1 - rules.EMAIL_SHARE) if name == "pattern(email)" else 0
    checks[name] = (step.n_failed <= allowed, None if name == "unique(id)" else step.n_failed)
rules.hand_in(out, frame.height, checks)

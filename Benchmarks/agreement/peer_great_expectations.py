"""Great Expectations over pandas, an ephemeral context."""
import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"
import files
import found
import great_expectations as gx
import great_expectations.expectations as gxe
import pandas

folder, out = found.arguments()
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
texts = {name: "string" for name in files.NAMES if name not in ("id", "revenue", "cost", "parent_id", "seq")}
frame = pandas.read_csv(f"{folder}/bad.csv", dtype=texts)
asset = context.data_sources.add_pandas("frames").add_dataframe_asset("bad")
batch = asset.add_batch_definition_whole_dataframe("all")
revenue = {"column": "revenue", "max_value": -1e12}
CHECKS = [
    ("row_count", "value", gxe.ExpectTableRowCountToBeBetween(max_value=1)),
    ("not_null(id)", "rows", gxe.ExpectColumnValuesToNotBeNull(column="id")),
    ("unique(id)", "rows", gxe.ExpectColumnValuesToBeUnique(column="id")),
    ("not_null(email)", "rows", gxe.ExpectColumnValuesToNotBeNull(column="email")),
    ("pattern(email)", "rows", gxe.ExpectColumnValuesToMatchRegex(column="email", regex=files.EMAIL)),
    ("accepted_values(state)", "rows", gxe.ExpectColumnValuesToBeInSet(column="state", value_set=files.STATES)),
    ("distinct_count(state)", "value", gxe.ExpectColumnUniqueValueCountToBeBetween(column="state", max_value=1)),
    ("length(zipcode)", "rows", gxe.ExpectColumnValueLengthsToEqual(column="zipcode", value=5)),
    ("pattern(uuid)", "rows", gxe.ExpectColumnValuesToMatchRegex(column="uuid", regex=files.UUID)),
    ("range(revenue)", "rows", gxe.ExpectColumnValuesToBeBetween(column="revenue", min_value=0)),
    ("mean(revenue)", "value", gxe.ExpectColumnMeanToBeBetween(**revenue)),
    ("sum(revenue)", "value", gxe.ExpectColumnSumToBeBetween(**revenue)),
    ("stddev(revenue)", "value", gxe.ExpectColumnStdevToBeBetween(column="revenue", max_value=0.1)),
    ("median(revenue)", "value", gxe.ExpectColumnMedianToBeBetween(**revenue)),
    ("min(revenue)", "value", gxe.ExpectColumnMinToBeBetween(**revenue)),
    ("max(revenue)", "value", gxe.ExpectColumnMaxToBeBetween(**revenue)),
    ("type(quantity)", "rows", gxe.ExpectColumnValuesToMatchRegex(column="quantity", regex="^[0-9]+$")),
    ("compare(closed_on)", "rows", gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="closed_on", column_B="signed_up", or_equal=True, ignore_row_if="either_value_is_missing")),
    ("forbidden_values(status)", "rows", gxe.ExpectColumnValuesToNotBeInSet(column="status", value_set=["test"])),
    ("not_pattern(notes)", "rows", gxe.ExpectColumnValuesToNotMatchRegex(column="notes", regex="TODO")),
    ("null(deleted_at)", "rows", gxe.ExpectColumnValuesToBeNull(column="deleted_at")),
]
findings = {}
validator = batch.get_batch(batch_parameters={"dataframe": frame})
for name, kind, expectation in CHECKS:
    result = validator.validate(expectation, result_format="BASIC").result
    value = result.get("unexpected_count" if kind == "rows" else "observed_value")
    if value is not None:
        findings[name] = {kind: float(value)}
found.hand_in(out, findings)

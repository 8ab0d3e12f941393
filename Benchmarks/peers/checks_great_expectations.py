"""Great Expectations over pandas, an ephemeral context: the checks alone, since it knows no score."""
import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"
import great_expectations as gx
import great_expectations.expectations as gxe
import rules

data, out = rules.arguments()
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
batch = context.data_sources.add_pandas("files").add_csv_asset("customers", data).add_batch_definition("all")
expectations = {
    "row_count": gxe.ExpectTableRowCountToBeBetween(min_value=rules.ROWS[0], max_value=rules.ROWS[1]),
    "not_null(id)": gxe.ExpectColumnValuesToNotBeNull(column="id"),
    "unique(id)": gxe.ExpectColumnValuesToBeUnique(column="id"),
    "not_null(email)": gxe.ExpectColumnValuesToNotBeNull(column="email"),
    "pattern(email)": gxe.ExpectColumnValuesToMatchRegex(column="email", regex=rules.EMAIL, mostly=rules.EMAIL_SHARE),
    "range(revenue)": gxe.ExpectColumnValuesToBeBetween(
        column="revenue", min_value=rules.REVENUE[0], max_value=rules.REVENUE[1]),
    "accepted_values(state)": gxe.ExpectColumnValuesToBeInSet(column="state", value_set=rules.STATES),
}
suite = context.suites.add(gx.ExpectationSuite(name="customers", expectations=list(expectations.values())))
validation = context.validation_definitions.add(gx.ValidationDefinition(name="all", data=batch, suite=suite))
results = validation.run(result_format="BASIC").results
kinds = {(e.expectation_type, getattr(e, "column", None)): name for name, e in expectations.items()}
rows, checks = 0, {}
for result in results:
    config = result.expectation_config
    name = kinds[(config.type, config.kwargs.get("column"))]
    failed = None if name in ("row_count", "unique(id)") else result.result.get("unexpected_count")
    checks[name] = (result.success, failed)
    if name == "row_count":
        rows = result.result["observed_value"]
rules.hand_in(out, rows, checks)

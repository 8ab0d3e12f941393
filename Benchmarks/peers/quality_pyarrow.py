"""pyarrow's reader and compute functions: five metrics and seven checks."""
import arrow_table
import pyarrow as pa
import pyarrow.compute as pc
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
table = arrow_table.read(data, names, numeric)
rows = table.num_rows
nulls = {name: table[name].null_count for name in names}
number = r"^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"


def total(mask):
    return pc.sum(mask).as_py() or 0


mixed = []
for name in names:
    if name not in numeric:
        numbers, present = total(pc.match_substring_regex(table[name], number)), rows - nulls[name]
        if numbers * 2 > present and numbers < present:
            mixed.append(name)
outliers = 0
for name in numeric:
    low, high = pc.quantile(table[name], [0.25, 0.75]).to_pylist()
    reach = 1.5 * (high - low)
    outliers += total(pc.or_(pc.less(table[name], low - reach), pc.greater(table[name], high + reach)))
distinct = table.group_by(names).aggregate([]).num_rows
revenue = table["revenue"]
rules.hand_in(
    out, rows,
    rules.counted(rows, nulls["id"], rows - nulls["id"] - pc.count_distinct(table["id"]).as_py(), nulls["email"],
                  total(pc.invert(pc.match_substring_regex(table["email"], rules.EMAIL))),
                  total(pc.or_(pc.less(revenue, rules.REVENUE[0]), pc.greater(revenue, rules.REVENUE[1]))),
                  total(pc.invert(pc.is_in(table["state"], pa.array(rules.STATES))))),
    rules.metrics(names, rows, sum(nulls.values()), rows - distinct, mixed,
                  sum(rows - nulls[name] for name in numeric), outliers))

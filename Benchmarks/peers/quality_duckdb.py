"""DuckDB, the file read once into a table in memory, types given: five metrics and seven checks."""
import duckdb
import rules

data, out = rules.arguments()
names, numeric = rules.columns(data)
kinds = {name: "VARCHAR" for name in names}
kinds.update({name: "BIGINT" if name.startswith("id") else "DOUBLE" for name in numeric})
text = [name for name in names if name not in numeric]
database = duckdb.connect()
database.execute("CREATE TABLE customers AS SELECT * FROM read_csv($data, header=true, columns=$kinds, quote='\"',"
                 " escape='\"', delim=',', max_line_size=10000000)", {"data": data, "kinds": kinds})


def row(sql, *values):
    return database.execute(f"SELECT {sql} FROM customers", values).fetchone()


rows, ids, revenue_outside, other_states, bad_emails, *rest = row(
    "count(*), count(DISTINCT id), count(*) FILTER (revenue NOT BETWEEN ? AND ?),"
    " count(*) FILTER (NOT list_contains(?, state)), count(*) FILTER (NOT regexp_full_match(email, ?)),"
    + ",".join(f"count({name})" for name in names) + ","
    + ",".join(f"count(TRY_CAST({name} AS DOUBLE))" for name in text) + ","
    + ",".join(f"quantile_cont({name}, [0.25, 0.75])" for name in numeric),
    *rules.REVENUE, rules.STATES, rules.EMAIL.strip("^$"))
present = dict(zip(names, rest))
numbers = dict(zip(text, rest[len(names):]))
quartiles = dict(zip(numeric, rest[len(names) + len(text):]))


def outside(name):
    low, high = quartiles[name]
    reach = 1.5 * (high - low)
    return f"count(*) FILTER ({name} < {low - reach} OR {name} > {high + reach})"


outliers = sum(row(",".join(map(outside, numeric))))
distinct = database.execute("SELECT count(*) FROM (SELECT DISTINCT * FROM customers)").fetchone()[0]
mixed = [name for name in text if numbers[name] * 2 > present[name] and numbers[name] < present[name]]
rules.hand_in(
    out, rows,
    rules.counted(rows, rows - present["id"], present["id"] - ids, rows - present["email"], bad_emails, revenue_outside,
                  other_states),
    rules.metrics(names, rows, rows * len(names) - sum(present.values()), rows - distinct, mixed,
                  sum(present[name] for name in numeric), outliers))

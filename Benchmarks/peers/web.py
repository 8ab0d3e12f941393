"""What the hand-written peers of ingest and lookups share: what is asked and kept, and how rows get into SQLite.

The file has a write-ahead log and synchronous=NORMAL, and takes all rows in one transaction: nothing that costs time
but what keeps the file whole.
"""
import csv
import os
import sqlite3

AT_ONCE = 32
CUSTOMER = "id name email city state zipcode industry revenue employees active created_at".split()
ENRICHED = "id address city state zipcode latitude longitude median_income population median_age".split()
PARAMETERS = {"/geocode": "address", "/census": "zip"}


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def questions_of(row):
    place = f"{row['address']}, {row['city']}, {row['state']} {row['zipcode']}"
    return ("/geocode", place), ("/census", row["zipcode"])


def questions(rows):
    """Each distinct pair of path and key, once."""
    return list(dict.fromkeys(question for row in rows for question in questions_of(row)))


def kept(path, body):
    if path == "/geocode":
        return tuple(body["results"][0]["geometry"]["location"].values())
    return body["median_income"], body["population"], body["median_age"]


def enriched(rows, answers):
    for row in rows:
        place, area = questions_of(row)
        yield dict(zip(ENRICHED, (int(row.pop("id")), *row.values(), *answers[place], *answers[area])))


class Table:
    def __init__(self, path, columns):
        self.columns = columns
        self.database = sqlite3.connect(path)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=NORMAL")
        self.database.execute(f"CREATE TABLE customers ({', '.join(columns)})")

    def add(self, rows):
        self.database.executemany(f"INSERT INTO customers VALUES ({', '.join('?' * len(self.columns))})",
                                  (tuple(map(row.get, self.columns)) for row in rows))

    def close(self):
        self.database.commit()
        self.database.close()


def dlt_pipeline(out, **settings):
    """dlt with a SQLite file as destination, and its state beside it; it reads its settings when it is imported."""
    os.environ.update(
        {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": f"{out}.dlt", **settings})
    import dlt
    return dlt.pipeline("peer", destination=dlt.destinations.sqlalchemy(f"sqlite:///{out}"), dataset_name="main",
                        pipelines_dir=f"{out}.dlt")

"""requests with a session: each distinct key once, one after the other, into SQLite."""
import sys

import requests
import web

address, data, out = sys.argv[1:4]
rows, answers = web.rows_of(data), {}
with requests.Session() as session:
    for path, key in web.questions(rows):
        answer = session.get(address + path, params={web.PARAMETERS[path]: key})
        answer.raise_for_status()
        answers[path, key] = web.kept(path, answer.json())
table = web.Table(out, web.ENRICHED)
table.add(web.enriched(rows, answers))
table.close()

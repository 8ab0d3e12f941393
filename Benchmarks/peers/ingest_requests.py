"""requests with a session, page after page, into SQLite."""
import sys

import requests
import web

address, out = sys.argv[1:3]
table = web.Table(out, web.CUSTOMER)
with requests.Session() as session:
    page = 1
    while page:
        answer = session.get(address, params={"page": page})
        answer.raise_for_status()
        table.add(answer.json()["items"])
        page = answer.json()["next_page"]
table.close()

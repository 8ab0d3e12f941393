"""dlt: each distinct key once, deferred to its pool of 32 threads, joined by hand, and loaded into SQLite."""
import sys

import web

address, data, out = sys.argv[1:4]

if __name__ == "__main__":
    threads = str(web.AT_ONCE)
    pipeline = web.dlt_pipeline(out, EXTRACT__WORKERS=threads, EXTRACT__MAX_PARALLEL_ITEMS=threads)
    import dlt
    import requests
    from requests.adapters import HTTPAdapter
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=web.AT_ONCE))
    rows = web.rows_of(data)

    @dlt.transformer(name="answers")
    def look_up(question):
        @dlt.defer
        def ask():
            path, key = question
            answer = session.get(address + path, params={web.PARAMETERS[path]: key})
            answer.raise_for_status()
            return question, web.kept(path, answer.json())
        yield ask()

    @dlt.resource(name="customers")
    def customers():
        found = dict(dlt.resource(web.questions(rows), name="questions") | look_up)
        yield list(web.enriched(rows, found))

    pipeline.run(customers())

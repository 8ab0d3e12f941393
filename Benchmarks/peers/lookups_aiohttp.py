"""aiohttp, uvloop and orjson, written by hand: each distinct key once, 32 requests at once, into SQLite."""
import asyncio
import sys

import aiohttp
import orjson
import uvloop
import web


async def main(address, data, out):
    rows = web.rows_of(data)
    answers, waiting = {}, iter(web.questions(rows))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=web.AT_ONCE)) as session:
        async def work():
            for path, key in waiting:
                async with session.get(address + path, params={web.PARAMETERS[path]: key}) as answer:
                    answer.raise_for_status()
                    answers[path, key] = web.kept(path, orjson.loads(await answer.read()))
        await asyncio.gather(*(work() for _ in range(web.AT_ONCE)))
    table = web.Table(out, web.ENRICHED)
    table.add(web.enriched(rows, answers))
    table.close()


uvloop.run(main(*sys.argv[1:4]))

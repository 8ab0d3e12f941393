"""aiohttp, uvloop and orjson, written by hand: the pages after the first with 32 requests at once, into SQLite."""
import asyncio
import sys

import aiohttp
import orjson
import uvloop
import web


async def main(address, out):
    table = web.Table(out, web.CUSTOMER)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=web.AT_ONCE)) as session:
        async def page(number):
            async with session.get(address, params={"page": number}) as answer:
                answer.raise_for_status()
                return orjson.loads(await answer.read())
        first = await page(1)
        table.add(first["items"])
        numbers = iter(range(2, first["pages"] + 1))

        async def work():
            for number in numbers:
                table.add((await page(number))["items"])
        await asyncio.gather(*(work() for _ in range(web.AT_ONCE)))
    table.close()


uvloop.run(main(*sys.argv[1:3]))

"""Asks Datasette for pages of one database, in its own process and environment, and prints what each costs.

    python datasette_pages.py agreements.sqlite3 ROUNDS PATH…

It prints a line for each path: the median of processor time in milliseconds, and the length of the answer in bytes.
Datasette is called as a server calls it, without the client that it brings along.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from urllib.parse import urlsplit

from datasette.app import Datasette


async def ask(app, address: str) -> int:
    """GET an address of the app; how many bytes it answered."""
    parts, sent = urlsplit(address), []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": parts.path, "raw_path": address.encode(), "query_string": parts.query.encode(), "root_path": "",
        "headers": [(b"host", b"localhost")], "server": ("localhost", 80), "client": ("127.0.0.1", 40_000),
    }  # fmt: skip

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{address}: {sent[0]['status']} {sent[1:]}")
    return sum(len(message.get("body", b"")) for message in sent[1:])


async def main(database: str, rounds: int, addresses: list[str]) -> None:
    datasette = Datasette([database], settings={"max_csv_mb": 0, "default_cache_ttl": 0})
    await datasette.invoke_startup()
    app = datasette.app()
    for address in addresses:
        await ask(app, address)
        gc.collect()
        gc.freeze()
        taken = []
        for _round in range(rounds):
            start = time.process_time()
            size = await ask(app, address)
            taken.append(time.process_time() - start)
        print(f"{statistics.median(taken) * 1000:.3f} {size}")


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))

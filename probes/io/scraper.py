# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "io"
# ///
"""Do blocking requests overlap on threads: five pages fetched one after the other from a web server?

The scraper of "Multiprocessing vs. Threading in Python" (2021), without the internet: a server in a process of its own
answers after 2 ms. ``scraper_asyncio`` fetches the same pages all at once.
"""

import http.client
import subprocess
import sys

SERVER = """
import asyncio, sys

async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(0.002)
    page = b"<a href=next>" * 200
    writer.write(b"HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(page) + page)
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""
PAGES = 5


def setup():
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return server, int(server.stdout.readline())  # it ends when its input does, with this process


def links(port, number):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/{number}")
    page = connection.getresponse().read()
    connection.close()
    return page.count(b"<a href=")


def work(state):
    _, port = state
    return sum(links(port, number) for number in range(PAGES))


def check(result):
    assert result == PAGES * 200, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")

# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "io"
# ///
"""Do blocking requests overlap on threads: five pages fetched one after the other from a web server?

The scraper of "Multiprocessing vs. Threading in Python" (2021), without the internet. The server answers after 2 ms
from a process of its own, which has no GIL in common with the scraper. It is of the same build and wants a CPU as any
other process; its page is ready before it is asked for, so that it adds little but system calls. It counts in
a lane's memory.
``scraper_asyncio`` fetches the same pages all at once.
"""

import http.client
import subprocess
import sys

SERVER = """
import asyncio, sys

PAGE = b"<a href=next>" * 200
ANSWER = b"HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(PAGE) + PAGE

class Visit(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        if data.endswith(b"\\r\\n\\r\\n"):
            asyncio.get_running_loop().call_later(0.002, self.answer)
    def answer(self):
        self.transport.write(ANSWER)
        self.transport.close()

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Visit, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)

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

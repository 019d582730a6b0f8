"""A server that nobody should ask, and a mail that tries everything to make a browser ask it."""

import asyncio
import itertools
import re
from pathlib import Path
from typing import Self


class Canary:
    """Listens on loopback, answers everything, and notes who asked for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._news = asyncio.Condition()
        self.page = ""  # what /page answers, without any protection

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def has_been_asked(self, times: int) -> None:
        """Back when so many have asked."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.asked) >= times)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            self.asked.append("(a connection)")
        else:
            self.asked.append(head.split(b" ")[1].decode())
            body = self.page.encode() if self.asked[-1] == "/page" else b"ok"
            kind = b"text/html" if self.asked[-1] == "/page" else b"text/plain"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n" % (kind, len(body)))
            writer.write(b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()
        async with self._news:
            self._news.notify_all()


def hostile(to: str) -> str:
    """HTML with every way to reach `to` or to run something that we know of; each has an address of its own."""
    numbers = itertools.count()
    page = (Path(__file__).parent / "hostile.html").read_text().replace("HOST", to.removeprefix("http://"))
    return re.sub("CANARY", lambda _: f"{to}/{next(numbers)}", page)

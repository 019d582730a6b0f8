"""A wire between a client and the server that a test can cut."""

import asyncio
import contextlib
import ssl
from typing import Self


class Proxy:
    """Forwards TCP from a port of its own, `tls` if given ended here. `cut` drops every connection until `mend`."""

    def __init__(self, to_port: int, *, tls: ssl.SSLContext | None = None) -> None:
        self._to = to_port
        self._tls = tls
        self._whole = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self, *, to_port: int | None = None) -> None:
        self._to = to_port or self._to
        self._whole = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
        pair = {writer, there_writer}
        self._writers |= pair
        tasks = [asyncio.create_task(_pump(reader, there_writer)), asyncio.create_task(_pump(there_reader, writer))]
        self._tasks.update(tasks)
        await asyncio.gather(*tasks)
        self._writers -= pair
        self._tasks.difference_update(tasks)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()

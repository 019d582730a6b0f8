"""Questions of a worker to the server, one at a time: it waits, as a function that is called waits.

They are rare: what happens at a stage that is watched, and a password at AUTH. What goes over this socket is pickled;
both ends are ours.
"""

import asyncio
import pickle
import socket
from collections.abc import Callable, Mapping
from typing import Any

from mailtrap_local import children

Answers = Mapping[str, Callable[..., Any]]


class Asker:
    """The worker's end."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(True)
        self._answers, self._questions = end.makefile("rb"), end.makefile("wb")

    def __call__(self, name: str, *arguments: Any) -> Any:
        """What the function of this name says. Raises RuntimeError if it failed, EOFError, OSError without a server."""
        children.write(self._questions, pickle.dumps((name, arguments)))
        answer, failure = pickle.loads(children.read(self._answers))
        if failure:
            raise RuntimeError(failure)
        return answer


class Answerer(asyncio.Protocol):
    """The server's end: calls the functions that it has, by name."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._frames = children.Frames()
        self._transport: asyncio.WriteTransport

    async def connect(self, end: socket.socket) -> None:
        """Use this socket."""
        end.setblocking(False)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=end)

    def close(self) -> None:
        """Answer no more."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line stands."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's

    def data_received(self, data: bytes) -> None:
        """A question came."""
        for each in self._frames.feed(data):
            name, arguments = pickle.loads(each)
            self._transport.write(children.frame(pickle.dumps(self._answer(name, arguments))))

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> tuple[Any, str]:
        try:
            return self._answers[name](*arguments), ""
        except Exception as error:
            return None, f"{name}: {error!r}"

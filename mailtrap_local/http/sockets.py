"""A live connection of any front: who may open one, how many there may be, and how a WebSocket ends.

What clients send is read and dropped. A client that does not keep up is closed with 1013, a stop with 1001.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from mailtrap_local import limits
from mailtrap_local.errors import Busy, MailtrapLocalError, Stopping
from mailtrap_local.events import CutOff, Listener
from mailtrap_local.http import answer, guard
from mailtrap_local.http.route import Call, Front

_REASON_BYTES = 123  # RFC 6455 section 5.5


class Conversation(Protocol):
    """What is said on one WebSocket."""

    listener: Listener

    def acts(self) -> Sequence[Coroutine[Any, Any, None]]:
        """What goes on while the client is there; the first that ends, ends all."""


class _Seats:
    """How many live clients are there, over all fronts."""

    def __init__(self, _: Front) -> None:
        self.taken = 0


@contextmanager
def seat(front: Front) -> Iterator[None]:
    """A live client's place. Raises Busy when all are taken."""
    seats = front.one(_Seats)
    if seats.taken >= limits.LIVE_CLIENTS:
        raise Busy(f"{limits.LIVE_CLIENTS} live clients are connected, and no more are served.")
    seats.taken += 1
    try:
        yield
    finally:
        seats.taken -= 1


async def converse(front: Front, socket: WebSocket, begin: Callable[[Call, WebSocket], Conversation]) -> None:
    """Accept a WebSocket and keep its conversation, or refuse it in words."""
    with ExitStack() as stack:
        try:
            guard.check_socket(socket, allowed=front.settings.allow_origin)
            stack.enter_context(seat(front))
            conversation = begin(Call(front, socket), socket)
        except MailtrapLocalError as error:
            await socket.send_denial_response(answer.failure(error))
            return
        with suppress(WebSocketDisconnect), conversation.listener:  # it may go before we could tell it anything
            await socket.accept()
            await _keep(socket, conversation)


async def _keep(socket: WebSocket, conversation: Conversation) -> None:
    """Follow the conversation until either side ends it."""
    left = asyncio.create_task(_left(socket))
    acts = [asyncio.create_task(act) for act in (*conversation.acts(), conversation.listener.cut())]
    tasks = (left, *acts)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if left not in done:
            for task in acts:
                task.cancel()  # nothing more is said before the last word
            await _close(socket, next(iter(done)).exception())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _left(socket: WebSocket) -> None:
    """Read and drop what the client says, until it has gone."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _close(socket: WebSocket, error: BaseException | None) -> None:
    if isinstance(error, WebSocketDisconnect | OSError) or error is None:
        return  # it went while we spoke
    codes: tuple[tuple[type[BaseException], int], ...] = ((CutOff, 1013), (Stopping, 1001), (MailtrapLocalError, 1011))
    code = next((code for kind, code in codes if isinstance(error, kind)), None)
    if code is None:
        raise error
    await socket.close(code, str(error).encode()[:_REASON_BYTES].decode(errors="ignore"))

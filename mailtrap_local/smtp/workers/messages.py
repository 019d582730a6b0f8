"""What goes over the line between the server and a worker: values, in frames of several."""

from typing import Any

import msgspec
from msgspec import Struct

from mailtrap_local.errors import Busy, MailtrapLocalError, RequestError, Stopping, StoreError, TooLarge
from mailtrap_local.model import Arrival, Entry, Session

# From a worker. What has a number is answered with Done or Failed, unless it is an answer itself.


class Ready(Struct, tag=0, array_like=True):
    """It takes connections."""


class Mail(Struct, tag=1, array_like=True, gc=False):
    """A mail that it has parsed, with its rows (store/rows.py). With an inbox of "" its recipients lead to one."""

    number: int
    entry: Entry
    row: tuple[Any, ...]
    text: str


class Unparsed(Struct, tag=2, array_like=True, gc=False):
    """A mail too large to be parsed between two commands."""

    number: int
    arrival: Arrival


class Finished(Struct, tag=3, array_like=True):
    """Sessions that have ended."""

    number: int
    sessions: list[Session]


class Counts(Struct, tag=4, array_like=True):
    """How many connections there are now, and how many mails were refused since this was told last."""

    connections: int
    refused: int


class Seen(Struct, tag=5, array_like=True):
    """The answer to Look."""

    number: int
    sessions: list[Session]


FromWorker = Ready | Mail | Unparsed | Finished | Counts | Seen

# To a worker


class Done(Struct, tag=0, array_like=True, gc=False):
    """A mail is kept, under this id in this inbox; or sessions are."""

    number: int
    id: str = ""
    inbox: str = ""


class Failed(Struct, tag=1, array_like=True, gc=False):
    """It is not; the kind is that of an error below."""

    number: int
    kind: str
    words: str


class Look(Struct, tag=2, array_like=True):
    """Tell the sessions that are not in the store: that of this id, or with "" the newest ones."""

    number: int
    session: str
    newest: int


class Stop(Struct, tag=3, array_like=True):
    """Come to an end."""


ToWorker = Done | Failed | Look | Stop

_KINDS = {kind.__name__: kind for kind in (TooLarge, Busy, StoreError, Stopping, RequestError)}

encode = msgspec.msgpack.Encoder().encode
from_worker = msgspec.msgpack.Decoder(list[FromWorker]).decode
to_worker = msgspec.msgpack.Decoder(list[ToWorker]).decode


def failed(number: int, error: BaseException) -> Failed:
    """An error, on its way."""
    kind = next((name for name, each in _KINDS.items() if isinstance(error, each)), StoreError.__name__)
    return Failed(number, kind, str(error))


def error_of(failure: Failed) -> MailtrapLocalError:
    """The error, where it arrives."""
    return _KINDS[failure.kind](failure.words)

"""HTTP/1.1 as far as a client of this one server needs it (RFC 9112). No I/O.

A request is bytes to send; a response is fed what was read until it says that it is whole. Both clients share this, so
neither needs `http.client` (which takes longer to import than all of this package) and the asynchronous one needs no
threads: a wait is held for up to a minute, and a thread for each could neither be cancelled nor be had by the hundred.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlencode, urlsplit

from mailtrap_local.client.errors import MailtrapError, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PORTS = {"http": 80, "https": 443}
DEFAULT_URL = "http://localhost:8025"
CHUNK = 256 * 1024  # what is read at once
KEPT = 8  # connections for the next calls
_SAFE = "/:@!$&'()*+,;=~"
_HEAD = 64 * 1024  # no head of ours is near it
_INBOX = "/inbox/"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `path` is below the base URL; `seconds` is how long the server may take on purpose."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    media: str = "application/json"
    seconds: float = 0.0
    everywhere: bool = False  # of all inboxes, whatever the client's scope


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is, and the inbox that is spoken of: "" for all of them."""

    host: str
    port: int
    base: str = ""
    inbox: str = ""
    login: str = ""  # the value of Authorization
    secure: bool = False  # by https

    @classmethod
    def parse(cls, url: str) -> Place:
        """The place of a URL: `http[s]://[USER:PASSWORD@]HOST[:PORT][/BASE][/inbox/NAME]`. Raises MailtrapError."""
        try:
            parts = urlsplit(url if "//" in url else f"http://{url}")
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise MailtrapError(f"{url!r} is no URL of a catcher: {error}") from None
        if not port or not parts.hostname:
            raise MailtrapError(f"{url!r} is no URL of a catcher; it looks like http://localhost:8025.")
        base, _, name = parts.path.rstrip("/").rpartition(_INBOX) if _INBOX in parts.path else (parts.path, "", "")
        secret = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
        login = f"Basic {b64encode(secret.encode()).decode()}" if secret else ""
        return cls(parts.hostname, port, base.rstrip("/"), unquote(name), login, parts.scheme == "https")

    def scoped(self, inbox: str) -> Place:
        """The same server, and another inbox."""
        return replace(self, inbox=inbox)

    @property
    def netloc(self) -> str:
        """Host and port as a URL has them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL, without password; of the inbox, if there is one."""
        return f"http{'s' if self.secure else ''}://{self.netloc}{self.base}{self._prefix}"

    @property
    def _prefix(self) -> str:
        return _INBOX + quote(self.inbox, safe="", errors="replace") if self.inbox else ""

    def encode(self, request: Request) -> bytes:
        """A request as it goes over the wire."""
        target = self.base + ("" if request.everywhere else self._prefix) + quote(request.path, safe=_SAFE)
        if request.query:
            target += "?" + urlencode(request.query, errors="replace")
        lines = [f"{request.method} {target} HTTP/1.1", f"Host: {self.netloc}", "Accept: */*"]
        if self.login:
            lines.append(f"Authorization: {self.login}")
        if request.body is not None:
            lines += [f"Content-Type: {request.media}", f"Content-Length: {len(request.body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + (request.body or b"")


class Incoming:
    """One response to GET, POST, PUT or DELETE as it comes in."""

    def __init__(self) -> None:
        self.begun = False
        self.reusable = False  # the connection may carry another request
        self._pending = bytearray()
        self._body = bytearray()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._missing = 0  # octets of the body, or of a chunk and its line end
        self._step = self._head
        self._whole = False

    def feed(self, data: bytes) -> bool:
        """What was read, b"" at the end of the connection. True once the response is whole. Raises Unreachable."""
        self.begun = self.begun or bool(data)
        self._pending += data
        if not data:
            self._end()
        while not self._whole and self._step():
            pass
        return self._whole

    def answer(self) -> Answer:
        """The response, once it is whole."""
        return Answer(self._status, self._headers, bytes(self._body))

    def _end(self) -> None:
        if self._step != self._rest:
            raise Unreachable("the server closed the connection before it had answered")
        self._body, self._pending = self._pending, bytearray()
        self._whole = True

    def _head(self) -> bool:
        if self._pending[:5] != b"HTTP/"[: len(self._pending)]:
            raise Unreachable(f"what answers there is no HTTP server: {bytes(self._pending[:60])!r}")
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            if len(self._pending) > _HEAD:
                raise Unreachable("what answers there is no HTTP server")
            return False
        first, *fields = self._take(end, skip=4).decode("latin-1").split("\r\n")
        version, _, status = first.partition(" ")
        if not version.startswith("HTTP/1.") or not status[:3].isdigit():
            raise Unreachable(f"what answers there is no HTTP server: {first[:60]!r}")
        self._status = int(status[:3])
        if self._status < 200:
            return True  # an interim response: the real one follows
        pairs = (field.partition(":") for field in fields)
        self._headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self._begin_body(version)
        return True

    def _begin_body(self, version: str) -> None:
        length = self._headers.get("content-length", "")
        self.reusable = version == "HTTP/1.1" and self._headers.get("connection", "").lower() != "close"
        if self._headers.get("transfer-encoding", "").lower() == "chunked":
            self._step = self._chunk_size
        elif self._status in (204, 304):
            self._whole = True
        elif length.isascii() and length.isdigit():
            self._missing, self._step = int(length), self._fixed
        else:
            self.reusable, self._step = False, self._rest

    def _fixed(self) -> bool:
        if len(self._pending) >= self._missing:
            self._body += self._take(self._missing)
            self._whole = True
        return False

    def _rest(self) -> bool:
        return False

    def _chunk_size(self) -> bool:
        end = self._pending.find(b"\r\n")
        if end < 0:
            return False
        text = self._take(end, skip=2).partition(b";")[0].strip()
        try:
            size = int(text, 16)
        except ValueError:
            raise Unreachable(f"what answers there is no HTTP server: a chunk of {bytes(text[:20])!r}") from None
        self._missing, self._step = size + 2, self._chunk if size else self._trailer
        return True

    def _chunk(self) -> bool:
        if len(self._pending) < self._missing:
            return False
        self._body += self._take(self._missing - 2, skip=2)
        self._step = self._chunk_size
        return True

    def _trailer(self) -> bool:
        end = self._pending.find(b"\r\n")
        if end >= 0:
            self._whole = not self._take(end, skip=2)
        return end >= 0

    def _take(self, length: int, *, skip: int = 0) -> bytearray:
        taken = self._pending[:length]
        del self._pending[: length + skip]
        return taken


def absent(place: Place, error: OSError) -> str:
    """Why there is no connection."""
    reason = error.strerror or str(error) or type(error).__name__
    if place.secure and (distrust := getattr(error, "verify_message", "")):
        return (
            f"The certificate at {place.url} is not trusted ({distrust}). Give the file of the authority that"
            ' signed it: Client(url, verify="ca.pem"), in a shell `--verify ca.pem`, for pytest SSL_CERT_FILE=ca.pem.'
        )
    if place.secure and type(error).__module__ == "ssl":
        return f"What answers at {place.url} does not speak TLS ({reason}). Is it http:// that it serves?"
    return f"No catcher answers at {place.url} ({reason}). Is `mailtrap-local` running, and is this its web port?"


def silent(place: Place, request: Request, seconds: float) -> str:
    """Why an answer is waited for no longer."""
    return f"{place.url} did not answer {request.method} {request.path} within {seconds:g} s."

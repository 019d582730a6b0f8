"""SMTP replies (RFC 5321 section 4.2) out of the octets of a connection. No I/O."""

import re
from dataclasses import dataclass

LONGEST = 8 * 1024  # octets of a reply's line; the RFC allows 512
MOST = 200  # lines of a reply
SHOWN = 1000  # characters of a line, and of all lines as one text

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class NoReply(Exception):
    """What came is no SMTP reply; `octets` are its first."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(octets)
        self.octets = octets


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: its lines without code and line end; control characters are shown as `·`."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines as one, so much of it as a person will read."""
        return " ".join(line for line in self.lines if line)[:SHOWN]

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 2034) of the first line that has one, or ""."""
        found = (_STATUS.match(line) for line in self.lines)
        return next((match[1] for match in found if match), "")

    @property
    def good(self) -> bool:
        """Whether it says yes, or go on."""
        return self.code < 400

    def __str__(self) -> str:
        """As it came, its lines joined."""
        return f"{self.code} {self.text}".rstrip()


class ReplyReader:
    """Cuts what a server says into replies."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: list[str] = []

    def feed(self, octets: bytes) -> None:
        """These came."""
        self._buffer += octets

    @property
    def rest(self) -> bytes:
        """What came and is no whole reply yet."""
        return bytes(self._buffer)

    def next(self) -> Reply | None:
        """The next reply; None if it is not all here. Raises NoReply."""
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[: end + 1])
            match = _LINE.fullmatch(line.rstrip(b"\r\n"))
            if match is None or len(self._lines) >= MOST:
                raise NoReply(bytes(self._buffer[:500]))
            del self._buffer[: end + 1]
            self._lines.append(_readable(match[3] or b""))
            if match[2] != b"-":
                reply = Reply(int(match[1]), tuple(self._lines))
                self._lines = []
                return reply
        if len(self._buffer) > LONGEST or (len(self._buffer) >= 4 and not _LINE.match(self._buffer)):
            raise NoReply(bytes(self._buffer[:500]))
        return None


def _readable(octets: bytes) -> str:
    text = octets.decode("utf-8", "backslashreplace")[:SHOWN]
    return text if text.isprintable() else "".join(each if each.isprintable() else "·" for each in text)

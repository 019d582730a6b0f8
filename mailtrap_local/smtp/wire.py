"""The octets of a connection, cut into command lines and mails. No I/O.

Theory of operation
1. What came is one buffer. A command line ends with a line feed; the CR before it stays on, so that whoever reads the
   line can see whether it was there.
2. A mail ends with CRLF.CRLF and with nothing else (RFC 5321 section 4.1.1.4): a bare LF or CR never ends it, so no two
   servers disagree about where it ends (SMTP smuggling). The CRLF that begins the terminator may be that of the DATA
   line itself: a mail that begins with `.CRLF` is empty. Every mail has three octets at least, `.CRLF`, so nothing is
   decided before there are three.
3. Taking away the transparency dots (section 4.5.2) is the only change. All else stays as it came: NUL, 8-bit, bare
   CR and LF, lines of any length. `find` and `replace` over the whole are several times faster than reading by lines.
4. A single octet is sought ten times faster than three or five: what is large is asked for a dot first, of which the
   base64 of an attachment has none.
5. A mail that is not wanted is swallowed: read to its end without being kept, so its octets never become commands.
6. A chunk (RFC 3030) is so many octets, whatever they are.
"""

END = b"\r\n.\r\n"
LARGE = 64 * 1024  # octets above which a dot is looked for first
DOTS = 1_000  # how many of them, before the other way is the better one
_AT_ONCE = b".\r\n"


class Overlong(Exception):
    """A command line was over the limit. It has been swallowed to its end."""


class Wire:
    """One direction of one connection. `line_limit` counts the line without its line feed."""

    __slots__ = ("_buffer", "_line_limit", "_overlong", "_searched", "_swallowed", "_swallowing", "size")

    def __init__(self, *, line_limit: int) -> None:
        self._buffer = bytearray()
        self._line_limit = line_limit
        self._searched = 0  # the sought end does not begin before this offset
        self._overlong = False
        self._swallowing = False
        self._swallowed = 0
        self.size = 0  # octets of the last mail as it came, without its terminator

    def __len__(self) -> int:
        """Octets held."""
        return len(self._buffer)

    @property
    def seen(self) -> int:
        """Octets of the mail under way, those swallowed too."""
        return self._swallowed + len(self._buffer)

    def feed(self, octets: bytes) -> None:
        """These came."""
        self._buffer += octets

    def starts_with(self, octets: bytes) -> bool:
        """Whether what is held begins so."""
        return self._buffer.startswith(octets)

    def clear(self) -> None:
        """Forget everything that is held (after STARTTLS nothing from before may count, RFC 3207 section 4.2)."""
        self._buffer.clear()
        self._searched = 0

    def line(self) -> bytes | None:
        """The next command line without its line feed; None if there is no whole one. Raises Overlong."""
        buffer = self._buffer
        end = buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(buffer)
            if len(buffer) > self._line_limit:
                self._overlong = True
                self.clear()
            return None
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        self._searched = 0
        if self._overlong or end > self._line_limit:
            self._overlong = False
            raise Overlong
        return line

    def mail(self) -> bytes | None:
        """The mail that began with what is first in the buffer; b"" if it was swallowed, None if it is not all here."""
        buffer = self._buffer
        if len(buffer) < len(_AT_ONCE):
            return None
        if buffer.startswith(_AT_ONCE) and not self._swallowed:
            return self._end(b"", len(_AT_ONCE))
        end = buffer.find(END, self._searched) if buffer.find(b".", self._searched) >= 0 else -1
        if end < 0:
            self._searched = max(0, len(buffer) - len(END) + 1)
            if self._swallowing:
                self._swallow()
            return None
        mail = b"" if self._swallowing else bytes(memoryview(buffer)[: end + 2])
        return self._end(mail, end + len(END))

    def chunk(self, size: int, *, keep: bool) -> bytes | None:
        """The next `size` octets; b"" if they shall not be kept, None if they are not all here."""
        buffer = self._buffer
        if keep:
            if len(buffer) < size:
                return None
            octets = bytes(memoryview(buffer)[:size])
            del buffer[:size]
            return octets
        gone = min(len(buffer), size - self._swallowed)
        del buffer[:gone]
        self._swallowed += gone
        if self._swallowed < size:
            return None
        self._swallowed = 0
        return b""

    def swallow(self) -> None:
        """Read the mail under way to its end without keeping it."""
        self._swallowing = True
        self._swallow()

    def _swallow(self) -> None:
        self._swallowed += self._searched
        del self._buffer[: self._searched]
        self._searched = 0

    def _end(self, mail: bytes, consumed: int) -> bytes:
        del self._buffer[:consumed]
        self.size = self._swallowed + consumed - len(_AT_ONCE)
        self._searched = self._swallowed = 0
        self._swallowing = False
        return unstuffed(mail)


def unstuffed(mail: bytes) -> bytes:
    """The mail without the transparency dots: a dot that begins a line is taken away (RFC 5321 section 4.5.2)."""
    if mail.startswith(b"."):
        mail = mail[1:]
    return mail.replace(b"\r\n.", b"\r\n") if _has_dotted_line(mail) else mail


def _has_dotted_line(mail: bytes) -> bool:
    """Whether a line after the first begins with a dot."""
    at = 0
    if len(mail) > LARGE:
        for _ in range(DOTS):
            at = mail.find(b".", at + 1)
            if at < 0 or mail[at - 2 : at] == b"\r\n":
                return at > 0
        at = max(0, at - 2)
    return mail.find(b"\r\n.", at) >= 0

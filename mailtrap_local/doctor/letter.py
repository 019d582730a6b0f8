"""What the walk would send, or does."""

from collections.abc import Container
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send from whom to whom. `raw` None: only ask whether it would be taken. `size` is in bytes.

    `narrow` is the same letter in ASCII, for a server that takes no more; None if there is none.
    """

    sender: str = ""
    recipients: tuple[str, ...] = ()
    raw: bytes | None = None
    size: int = 0
    params: tuple[str, ...] = ()  # of MAIL, beside those that follow from the letter
    narrow: bytes | None = None

    def fitting(self, offers: Container[str]) -> "Letter":
        """The letter as a server with these extensions can take it (RFC 6152 section 3, RFC 6531 section 3.2)."""
        lacks = "8BITMIME" not in offers or (self.wants_utf8 and "SMTPUTF8" not in offers)
        if self.raw is None or self.raw.isascii() or self.narrow is None or not lacks:
            return self
        return replace(self, raw=self.narrow, narrow=None)

    @property
    def wants_utf8(self) -> bool:
        """Whether an address or a header is beyond ASCII, so that SMTPUTF8 is needed (RFC 6531)."""
        head = (self.raw or b"").replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return not (head.isascii() and all(each.isascii() for each in (self.sender, *self.recipients)))

    @property
    def octets(self) -> int:
        """Its size: as given, or as it is."""
        return max(self.size, len(self.raw or b""))


def stuffed(raw: bytes) -> bytes:
    """A mail as DATA sends it: CRLF line ends, transparency dots (RFC 5321 section 4.5.2), and the end."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"

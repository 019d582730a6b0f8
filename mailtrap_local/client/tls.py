"""TLS without I/O: what is to be sent, and what was meant by what came. Loaded only where a URL says https."""

from __future__ import annotations

import ssl

from mailtrap_local.client.errors import MailtrapError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mailtrap_local.client.lines import Verify

_CHUNK = 256 * 1024


def context(verify: Verify) -> ssl.SSLContext:
    """What is trusted: the system's authorities (True), those in a file, anybody (False), or as given.

    Raises MailtrapError for a file that cannot be read.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    try:
        made = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MailtrapError(f"{verify!r} is no file of certificates in PEM form: {reason}.") from None
    if verify is False:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


class Tls:
    """The client's side of one TLS connection. Raises ssl.SSLError, which is an OSError."""

    def __init__(self, trusted: ssl.SSLContext, host: str) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusted.wrap_bio(self._in, self._out, server_hostname=host)

    def shaken(self) -> bool:
        """Go on with the handshake; whether it is over."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def feed(self, octets: bytes) -> None:
        """This came; b"" is the end."""
        if octets:
            self._in.write(octets)
        else:
            self._in.write_eof()

    def outgoing(self) -> bytes:
        """What is to be sent now."""
        return self._out.read()

    def sealed(self, octets: bytes) -> bytes:
        """The octets as they are sent."""
        self._tls.write(octets)
        return self.outgoing()

    def opened(self) -> bytes | None:
        """What was sent to us; None if that is not all here, b"" at the end."""
        try:
            return self._tls.read(_CHUNK)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

"""The walk on real sockets. One walk is one task; nothing of it blocks the event loop."""

import asyncio
import contextlib
import errno
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from mailtrap_local.doctor.acts import (
    Act,
    Close,
    Connect,
    Outcome,
    Probe,
    Read,
    Resolve,
    Secure,
    Secured,
    Trouble,
    Value,
    Write,
)
from mailtrap_local.doctor.replies import NoReply, ReplyReader
from mailtrap_local.doctor.walk import Walk
from mailtrap_local.errors import Refused, Unreachable
from mailtrap_local.fetch.addresses import Endpoint, Reach

_READ = 64 * 1024
_CLOSE = 0.5
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@dataclass(slots=True)
class Driver:
    """What does the acts of a walk. `trust` names a file of certificates to trust beside the system's."""

    reach: Reach = field(default_factory=Reach)
    trust: str = ""
    patience: float = 10.0
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _replies: ReplyReader = field(default_factory=ReplyReader)

    async def run(self, walk: Walk) -> None:
        """Take the walk to its end."""
        acts = walk.acts()
        try:
            act = next(acts)
            while True:
                began = time.perf_counter()
                value = await self._do(act)
                act = acts.send(Outcome(value, time.perf_counter() - began))
        except StopIteration:
            pass
        finally:
            await self._close()

    async def _do(self, act: Act) -> Value:
        acts: dict[type, Callable[[Any], Awaitable[Value]]] = {
            Resolve: self._resolve,
            Connect: self._connect,
            Secure: self._secure,
            Probe: self._probe,
            Write: self._write,
            Read: self._read,
            Close: self._hang_up,
        }
        return await acts[type(act)](act)

    async def _resolve(self, act: Resolve) -> Value:
        try:
            async with asyncio.timeout(self.patience):
                return await self.reach.endpoints(act.host, act.port)
        except TimeoutError:
            return Trouble("no-answer", f"no answer of the DNS within {self.patience:g} s")
        except Refused as error:
            return Trouble("internal", str(error))
        except Unreachable as error:
            return Trouble(_kind_of_name(error.__cause__), str(error))

    async def _connect(self, act: Connect) -> Value:
        await self._close()
        opened = await self._open(act.endpoint)
        if isinstance(opened, Trouble):
            return opened
        self._reader, self._writer = opened
        return None

    async def _open(
        self, endpoint: Endpoint, **tls: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | Trouble:
        if not self.reach.allows(endpoint.address):
            return Trouble("internal", f"{endpoint.address} is no global address")
        try:
            async with asyncio.timeout(self.patience):
                return await asyncio.open_connection(endpoint.address, endpoint.port, **tls)
        except TimeoutError:
            return Trouble("timeout", f"no answer within {self.patience:g} s")
        except ConnectionRefusedError:
            return Trouble("refused", "connection refused")
        except OSError as error:
            return _trouble(error)

    async def _secure(self, act: Secure) -> Value:
        assert self._writer is not None
        self._replies = ReplyReader()  # nothing from before counts (RFC 3207 section 4.2)
        try:
            async with asyncio.timeout(self.patience):
                await self._writer.start_tls(self._context(verify=act.verify), server_hostname=act.name)
        except TimeoutError:
            return Trouble("timeout", f"no handshake within {self.patience:g} s")
        except (OSError, EOFError) as error:
            return _trouble(error)
        return _secured(self._writer)

    async def _probe(self, act: Probe) -> Value:
        opened = await self._open(act.endpoint, ssl=self._context(verify=False), server_hostname=act.name)
        if isinstance(opened, Trouble):
            return opened
        secured = _secured(opened[1])
        await _closed(opened[1])
        return secured

    def _context(self, *, verify: bool) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.trust:
            context.load_verify_locations(cafile=self.trust)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    async def _write(self, act: Write) -> Value:
        assert self._writer is not None
        try:
            self._writer.write(act.octets)
            async with asyncio.timeout(self.patience):
                await self._writer.drain()
        except TimeoutError:
            return Trouble("timeout", "the server does not read")
        except OSError as error:
            return _trouble(error)
        return None

    async def _read(self, act: Read) -> Value:
        assert self._reader is not None
        try:
            async with asyncio.timeout(act.seconds):
                return await self._reply(self._reader)
        except TimeoutError:
            return self._replies.rest or Trouble("timeout")
        except NoReply as error:
            return await self._more(error.octets)
        except OSError as error:
            return _trouble(error)

    async def _reply(self, reader: asyncio.StreamReader) -> Value:
        while (reply := self._replies.next()) is None:
            octets = await reader.read(_READ)
            if not octets:
                return self._replies.rest or Trouble("closed")
            self._replies.feed(octets)
        return reply

    async def _more(self, octets: bytes) -> bytes:
        """The beginning of what is no reply, with a little more of it to know it by."""
        assert self._reader is not None
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(0.2):
                octets += await self._reader.read(500)
        return octets

    async def _hang_up(self, _: Close) -> Value:
        await self._close()
        return None

    async def _close(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        self._replies = ReplyReader()
        if writer is not None:
            await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE):
            await writer.wait_closed()
    writer.transport.abort()


def _secured(writer: asyncio.StreamWriter) -> Secured:
    tls = writer.get_extra_info("ssl_object")
    cipher = tls.cipher()
    return Secured(tls.version() or "", cipher[0] if cipher else "", tls.getpeercert(binary_form=True) or b"")


def _kind_of_name(error: BaseException | None) -> Any:
    if not isinstance(error, socket.gaierror):
        return "bad-name"
    return "no-answer" if error.errno == socket.EAI_AGAIN else "no-name"


def _trouble(error: OSError | EOFError) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble("certificate", error.verify_message, error.verify_code)
    if isinstance(error, ssl.SSLError):
        return Trouble("no-tls", error.reason or str(error))
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Trouble("unreachable", error.strerror or str(error))
    if isinstance(error, ConnectionRefusedError):
        return Trouble("refused", "connection refused")
    if isinstance(error, TimeoutError) or (isinstance(error, OSError) and error.errno == errno.ETIMEDOUT):
        return Trouble("timeout", "timed out")
    return Trouble("closed", str(error) or "the connection was closed")

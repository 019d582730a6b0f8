"""A transport whose octets go through TLS."""

import asyncio
from typing import Any

from mailtrap_local.tls.channel import Channel


class SecureTransport(asyncio.Transport):
    """Writes through the channel to the transport below; what comes is read by whoever made this."""

    def __init__(self, below: asyncio.Transport, channel: Channel) -> None:
        super().__init__()
        self.below = below
        self.channel = channel
        self.begun = False  # whether the client has sent anything

    def write(self, data: Any) -> None:
        self.channel.send(data)
        self.flush()

    def flush(self) -> None:
        """Send what the channel has to say."""
        if octets := self.channel.outgoing():
            self.below.write(octets)

    def close(self) -> None:
        self.channel.close()
        self.flush()
        self.below.close()

    def can_write_eof(self) -> bool:
        return self.below.can_write_eof()

    def write_eof(self) -> None:
        self.channel.close()
        self.flush()
        self.below.write_eof()

    def abort(self) -> None:
        self.below.abort()

    def pause_reading(self) -> None:
        self.below.pause_reading()

    def resume_reading(self) -> None:
        self.below.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.below.get_extra_info(name, default)

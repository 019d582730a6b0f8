"""Requests to a catcher's HTTP API, over one kept connection."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode

from benchmarks.process import Failed
from benchmarks.senders import HOST


class Api:
    """A kept connection to one catcher. Close it, or use it as a context manager."""

    def __init__(self, port: int, *, timeout: float = 60.0) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=timeout)

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str, **query: object) -> bytes:
        """The body of a 200. Raises Failed for any other answer, OSError."""
        target = f"{path}?{urlencode(query)}" if query else path
        self._connection.request("GET", target)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Failed(f"{target} answered {answer.status}: {body[:200]!r}")
        return body

    def json(self, path: str, **query: object) -> Any:
        """The body of a 200, read as JSON."""
        return json.loads(self.get(path, **query))

    def timed(self, path: str, **query: object) -> float:
        """Seconds until the whole answer has come."""
        start = time.perf_counter()
        self.get(path, **query)
        return time.perf_counter() - start

    def held(self) -> int:
        """How many messages a catcher that speaks v1 holds."""
        total: int = self.json("/api/v1/messages", limit=1)["total"]
        return total

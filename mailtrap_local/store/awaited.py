"""Those who wait for a work to be done: what they are told, and who hears of it besides."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Awaited:
    """A result that somebody waits for. `then` hears of it at the same moment, even if who asked has gone."""

    future: "asyncio.Future[Any]"
    then: Callable[[Any], None] | None = None

    def settle(self, result: Any) -> None:
        """This is the result, or the exception that the work ended with."""
        failed = isinstance(result, BaseException)
        if self.then is not None and not failed:
            self._tell(self.then, result)
        if self.future.done():
            return  # who asked has gone
        if failed:
            self.future.set_exception(result)
        else:
            self.future.set_result(result)

    def _tell(self, then: Callable[[Any], None], result: Any) -> None:
        """It must not keep the others of its batch from their results."""
        try:
            then(result)
        except Exception:
            log.exception("what follows a commit failed; the commit stands")

"""Work that several ask for in one breath, done once: the web page asks for a preview and for its counts together."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Results are kept for `seconds` after they were made. Lives on one event loop."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, or has just returned for the same key. What fails is not kept."""
        task: asyncio.Task[T] | None = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._forget_later(key, done))
        return await asyncio.shield(task)  # who leaves does not take it from the others

    def _forget_later(self, key: Hashable, done: "asyncio.Task[Any]") -> None:
        if done.cancelled() or done.exception() is not None:
            del self._tasks[key]
        else:
            asyncio.get_running_loop().call_later(self._seconds, self._tasks.pop, key)

"""Token buckets: each key has `size` tokens at first and gets them back at `rate` a second, never more than `size`."""

from collections import OrderedDict


class Buckets:
    """The buckets of one limit. At most `most` keys are remembered; the one that was longest unused has to go."""

    def __init__(self, *, size: float, rate: float, most: int) -> None:
        self._size = size
        self._rate = rate
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when there were so many

    def take(self, key: str, now: float) -> float:
        """Take a token: 0.0 if there was one, else the seconds until there is, and nothing is taken."""
        wait = self.wait(key, now)
        if not wait:
            self._levels[key] = (self._levels[key][0] - 1, now)
        return wait

    def wait(self, key: str, now: float) -> float:
        """The seconds until there is a token: 0.0 if there is one."""
        tokens, then = self._levels.pop(key, (self._size, now))
        tokens = min(self._size, tokens + (now - then) * self._rate)
        self._levels[key] = (tokens, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._rate

    def __len__(self) -> int:
        return len(self._levels)

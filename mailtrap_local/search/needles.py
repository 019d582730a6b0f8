"""Many plain texts looked for in one: those of them that it holds, in a few passes however many they are.

Theory of operation
1. Few are looked for one by one. More are put together as an automaton, RE2's for a set of literals, which goes through
   2,000 characters in some 3 us, be there ten needles in it or five hundred.
2. To make one takes 10 us for each needle. So what was added is looked for one by one until there is enough of it, and
   becomes an automaton together with those that are hardly larger: each needle is put into a few of them in its life.
3. What was taken out stays in its automaton until that is made anew, which it is when half of it is gone.
4. RE2 says "nothing found" where it lacks the memory for an automaton; so each is asked once for what it must find.
"""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from mailtrap_local import limits

T = TypeVar("T")

_FEW = 32  # that are looked for one by one
_MOST = 512  # in one automaton, so that the loop is never kept for long


class Needles(Generic[T]):
    """Things, each with a text that it needs."""

    def __init__(self) -> None:
        self.number = 0
        self._items: dict[str, dict[T, None]] = {}
        self._loose: dict[str, None] = {}
        self._automata: list[_Automaton] = []
        self._home: dict[str, _Automaton] = {}

    def add(self, needle: str, item: T) -> None:
        """Look for this one, too."""
        items = self._items.get(needle)
        if items is None:
            items = self._items[needle] = {}
            self._loose[needle] = None
        items[item] = None
        self.number += 1

    def discard(self, needle: str, item: T) -> None:
        """Look for it no more."""
        items = self._items[needle]
        del items[item]
        self.number -= 1
        if items:
            return
        del self._items[needle]
        home = self._home.pop(needle, None)
        if home is None:
            del self._loose[needle]
            return
        home.living -= 1
        if home.living <= len(home.needles) // 2:
            self._take_apart(home)

    def crowd(self, needle: str) -> int:
        """How many need this text."""
        return len(self._items.get(needle, ()))

    def within(self, text: str) -> Iterator[T]:
        """Each whose needle is in a text, once."""
        if len(self._loose) > _FEW:
            self._join()
        for needle in self._loose:
            if needle in text:
                yield from self._items[needle]
        octets = _octets(text) if self._automata else b""
        for automaton in self._automata:
            for needle in automaton.within(octets):
                if self._home.get(needle) is automaton:
                    yield from self._items[needle]

    def _join(self) -> None:
        """Put the loose ones into automata."""
        loose = list(self._loose)
        for automaton in sorted(self._automata, key=lambda each: each.living):
            if automaton.living > len(loose) or automaton.living + len(loose) > _MOST:
                break
            loose += self._take_apart(automaton)
        for start in range(0, len(loose), _MOST):
            automaton = _Automaton(loose[start : start + _MOST])
            if not automaton.works:
                continue
            self._automata.append(automaton)
            for needle in automaton.needles:
                self._home[needle] = automaton
                del self._loose[needle]

    def _take_apart(self, automaton: "_Automaton") -> list[str]:
        """Have its needles loose; which those are."""
        self._automata.remove(automaton)
        living = [needle for needle in automaton.needles if self._home.get(needle) is automaton]
        for needle in living:
            del self._home[needle]
            self._loose[needle] = None
        return living


class _Automaton:
    """Some needles as RE2's set of literals."""

    def __init__(self, needles: list[str]) -> None:
        import re2  # type: ignore[import-untyped]  # here, since few servers ever have so many who wait

        self.needles = needles
        self.living = len(needles)
        self.works = False
        options = re2.Options()
        options.literal = True
        options.encoding = re2.Options.Encoding.LATIN1  # octets are compared
        options.log_errors = False
        options.max_mem = limits.NEEDLES_MEMORY
        self._set: Any = re2.Set.SearchSet(options)
        try:
            for needle in needles:
                self._set.Add(_octets(needle))
            self._set.Compile()
        except re2.error:
            return
        self.works = needles[0] in self.within(_octets(needles[0]))

    def within(self, octets: bytes) -> list[str]:
        """Those that a text holds."""
        return [self.needles[number] for number in self._set.Match(octets) or ()]


def _octets(text: str) -> bytes:
    return text.encode(errors="surrogatepass")

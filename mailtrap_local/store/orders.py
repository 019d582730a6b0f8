"""Orders of a list other than that of arrival: how each is said in SQL, and the ones that were last asked for.

No index keeps these orders: each would cost every mail that comes, for a list that few ask for. To put 100,000 messages
into one takes some 150 ms, so what came out is remembered until anything changes, and a further page costs nothing.
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mailtrap_local.store.base import Selection, Sort

# Among equals the newest comes first. A sender without a name stands where the address belongs.
BY: Mapping[Sort, str] = {
    "newest": "m.seq DESC",
    "oldest": "m.seq",
    "sender": "ltrim(m.sender, char(9, 10)), m.seq DESC",
    "subject": "m.subject, m.seq DESC",
    "inbox": "m.inbox, m.seq DESC",
    "largest": "m.size DESC, m.seq DESC",
    "smallest": "m.size, m.seq DESC",
}
_KEPT = 4


class Order(NamedTuple):
    """The messages of a selection, in order."""

    seqs: "array[int]"
    unread: int


class Orders:
    """The orders that were last asked for, each of the change of the store that it was true at."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Selection, Sort], tuple[int, Order]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, selection: Selection, sort: Sort, *, seq: int) -> Order | None:
        """What was kept of it, if nothing has changed since."""
        with self._lock:
            at, order = self._kept.get((selection, sort), (0, None))
        return order if at == seq else None

    def keep(self, selection: Selection, sort: Sort, rows: Iterable[tuple[int, int]], *, seq: int) -> Order:
        """The order of these rows of seq and read state, kept for the next page."""
        seqs, unread = array("q"), 0
        for each, read in rows:
            seqs.append(each)
            unread += not read
        order = Order(seqs, unread)
        with self._lock:
            self._kept[selection, sort] = seq, order
            self._kept.move_to_end((selection, sort))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return order

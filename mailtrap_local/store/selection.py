"""From a selection to SQL."""

import json
import sqlite3

from mailtrap_local import ids
from mailtrap_local.search import sql
from mailtrap_local.search.pieces import needed
from mailtrap_local.store import textindex
from mailtrap_local.store.base import Selection
from mailtrap_local.store.rows import Value


def conditions(selection: Selection, connection: sqlite3.Connection | None = None) -> tuple[str, list[Value]]:
    """A WHERE expression over the table message (alias m) that selects shown messages, and its parameters.

    It holds for the transaction of the connection that it is run over; without one it makes no use of the text index.
    """
    terms, parameters = ["m.hidden IS NULL"], list[Value]()
    if selection.inbox is not None:
        terms.append("m.inbox = ?")
        parameters.append(selection.inbox)
    if selection.ids is not None:
        # an id holds its seq, so this is a look-up by row number; the id itself proves that it is not made up
        seqs = [seq for seq in map(ids.seq_of, selection.ids) if seq is not None]
        terms.append("m.seq IN (SELECT value FROM json_each(?)) AND m.id IN (SELECT value FROM json_each(?))")
        parameters.extend((json.dumps(seqs), json.dumps(selection.ids)))
    if selection.before is not None:
        terms.append("m.created < ?")
        parameters.append(selection.before)
    if selection.after_seq is not None:
        terms.append("m.seq > ?")
        parameters.append(selection.after_seq)
    if selection.until_seq is not None:
        terms.append("m.seq <= ?")
        parameters.append(selection.until_seq)
    if selection.query is not None:
        narrower = textindex.narrowed(connection, needed(selection.query.root)) if connection is not None else None
        if narrower is not None:
            terms.append(narrower[0])
            parameters.extend(narrower[1])
        expression, values = sql.where(selection.query)
        terms.append(f"({expression})")
        parameters.extend(values)
    return " AND ".join(terms), parameters

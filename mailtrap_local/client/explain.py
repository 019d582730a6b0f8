"""The words of a failed expectation: what was asked, what came instead, and what to do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailtrap_local.client.model import NearMiss, Summary

ROWS = 5
_WIDTHS = (28, 28, 40)


def not_there(
    what: str, seconds: float, *, wanted: int, matched: Sequence[Summary], near: Sequence[NearMiss], hint: str
) -> str:
    """Fewer messages came than were waited for."""
    number = "No mail" if wanted == 1 else f"{len(matched)} of {wanted} messages"
    parts = [f"{number}{what} came within {seconds:g} s."]
    if matched:
        parts.append("\n".join(("These did match:", *table(matched))))
    if near:
        parts.append("\n".join(("What came nearest, and the terms that it does not meet:", *_failures(near))))
    parts.append(hint or _advice(matched, near))
    return "\n\n".join(parts)


def too_many(what: str, wanted: int, matched: Sequence[Summary]) -> str:
    """More messages came than were asked for."""
    expected = (f"{wanted} message{'' if wanted == 1 else 's'}" if wanted else "no mail") + what
    came = f"{len(matched)} came" if wanted else f"{len(matched)} did come"
    advice = "If older mail was found, take `cursor()` before the act and give it as `since=`, or use `expecting()`."
    return "\n\n".join((f"Expected {expected}, and {came}:", "\n".join(table(matched)), advice))


def nothing_yet(what: str, near: Sequence[NearMiss], hint: str) -> str:
    """There is no newest message, since none matches."""
    return not_there(what, 0, wanted=1, matched=(), near=near, hint=hint).replace(" came within 0 s.", " is there.", 1)


def elsewhere(inbox: str, counts: Sequence[tuple[str, int]], smtp: str) -> str:
    """Nothing at all came to this inbox ("": to any); others may have got it."""
    if not inbox:
        return f"Nothing has come at all. Is {smtp} what the app sends to?"
    way = f"Mail comes here by the SMTP user name {inbox!r} at {smtp},\nor by a header field `X-Inbox: {inbox}`."
    others = sorted((name != "default", name, count) for name, count in counts if count and name != inbox)
    if not others:
        return f"Nothing has come at all. {way}"
    shown = ", ".join(f"{name} ({count})" for _, name, count in others[:ROWS]) + (", ..." if len(others) > ROWS else "")
    return f"Nothing has come to this inbox. Others hold mail: {shown}.\n{way}"


def table(messages: Sequence[Summary]) -> Iterator[str]:
    """At most ROWS messages, a line each under a heading."""
    yield from _rows([("from", "to", "subject"), *(_cells(message) for message in messages[:ROWS])])
    if len(messages) > ROWS:
        yield f"  ... and {len(messages) - ROWS} more"


def _advice(matched: Sequence[Summary], near: Sequence[NearMiss]) -> str:
    if near:
        return "Change what is asked for, or what the app sends; with `timeout=` mail has longer to come."
    if matched:
        return "Nothing else came; with `timeout=` mail has longer to come."
    return "Nothing else has come. With `since=` older mail does not count; with `timeout=` mail has longer to come."


def _failures(near: Sequence[NearMiss]) -> Iterator[str]:
    cells = [(*_cells(miss.message), "  ".join(miss.failed)) for miss in near[:ROWS]]
    yield from _rows([("from", "to", "subject", "not met"), *cells])


def _cells(message: Summary) -> tuple[str, ...]:
    to = ", ".join(each.address for each in message.to) or ", ".join(each.address for each in message.bcc)
    cells = (message.from_.address or "-", to or "-", message.subject or "-")
    return tuple(_cut(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _cut(text: str, width: int) -> str:
    printable = "".join(each if each.isprintable() else "�" for each in text)
    return printable if len(printable) <= width else printable[: width - 1] + "…"


def _rows(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

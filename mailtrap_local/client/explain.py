"""The words of a failed expectation: what was asked, what came instead, and what to do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailtrap_local.client.model import NearMiss, Summary

ROWS = 5
LINKS = 15
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


def elsewhere(inbox: str, counts: Sequence[tuple[str, int]], *, smtp: str, address: str = "") -> str:
    """Nothing at all came to this inbox ("": to any); others may have got it. `address`, if any, leads to it."""
    if not inbox:
        return f"Nothing has come at all. Is {smtp} what the app sends to?"
    ways = [f"by the SMTP user name {inbox!r} at {smtp}", f"by a header field `X-Inbox: {inbox}`"]
    if address:
        ways.insert(1, f"to {address}")
    way = "Mail comes here " + ",\nor ".join(ways) + "."
    others = sorted((name != "default", name, count) for name, count in counts if count and name != inbox)
    if not others:
        return f"Nothing has come at all. {way}"
    shown = ", ".join(f"{name} ({count})" for _, name, count in others[:ROWS])
    more = f" and {len(others) - ROWS} more" if len(others) > ROWS else ""
    return f"Nothing has come to this inbox. Others hold mail: {shown}{more}.\n{way}"


def codes(found: Sequence[str], *, where: str, text: str) -> str:
    """A message that is to have one code has none, or several."""
    by_pattern = 'with `find_codes(r"...")` your own pattern says what a code is.'
    if found:
        several = f"There are {len(found)} codes in {where}, not one: {', '.join(found)}."
        return f"{several}\n\nTake one of `codes`; {by_pattern}"
    begins = _cut(" ".join(text.split()), 200)
    said = f"Its text is: {begins}" if begins else "It has no text."
    return f"No one-time code is in {where}. {said}\n\nIf one is there, {by_pattern}"


def links(rows: Sequence[tuple[str, str, str]], *, matched: bool, asked: str, where: str) -> str:
    """No link, or more than one, is as asked for; `rows` are those that match, else all, as text, URL and part."""
    if not rows:
        return f"There is no link in {where}."
    shown = [(_cut(text or "-", 30), _cut(url, 90), part) for text, url, part in rows[:LINKS]]
    more = f"\n  ... and {len(rows) - LINKS} more" if len(rows) > LINKS else ""
    with_ = f" with {asked}" if asked else ""
    what = f"{len(rows)} links{with_} are in {where}, not one" if matched else f"No link{with_} is in {where}. It has"
    lines = "\n".join(_rows([("text", "url", "part"), *shown]))
    advice = "Say more of it by `link(text=..., url=...)`, or take one of `links`."
    return f"{what}:\n{lines}{more}\n\n{advice}"


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

"""How the terminal commands show mail: a row of a list, a whole mail, its headers, its MIME tree, its conversation."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailtrap_local.cli.screen import body, cell, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailtrap_local.client.model import Address, Conversation, Message, NearMiss, Summary, Wire

HEADING = ("", "ID", "CAME", "FROM", "TO", "SUBJECT")
_ELASTIC = (3, 4, 5)  # columns of HEADING that give way


def aligned(rows: Sequence[Summary], *, room: int) -> list[str]:
    """A list for a person: `*` is unread; the time, or, of what came over a day ago, the date."""
    now = datetime.now().astimezone()
    return table([HEADING, *(_cells(row, now) for row in rows)], elastic=_ELASTIC, room=room)


def row(summary: Summary, *, room: int) -> str:
    """One message of a list that is still growing."""
    return table([_cells(summary, datetime.now().astimezone())], elastic=_ELASTIC, room=room)[0]


def tabbed(summary: Summary) -> str:
    """A row for another program: ID, time of arrival, From, To, Subject, with tabs between them and nothing cut."""
    return "\t".join((cell(summary.id), summary.created.isoformat(), *_who(summary), cell(summary.subject)))


def _cells(summary: Summary, now: datetime) -> tuple[str, ...]:
    mark = "" if summary.read else "*"
    return (mark, cell(summary.id), _when(summary.created, now), *_who(summary), cell(summary.subject) or "-")


def _who(summary: Summary) -> tuple[str, str]:
    to = summary.to or summary.cc or summary.bcc
    return cell(summary.from_.address) or "-", cell(", ".join(each.address for each in to)) or "-"


def _when(came: datetime, now: datetime) -> str:
    local = came.astimezone()
    return local.strftime("%H:%M:%S" if now - local < timedelta(days=1) else "%Y-%m-%d")


def nearly(misses: Sequence[NearMiss], *, room: int) -> list[str]:
    """What nearly matched, each with the terms that it failed on a line of its own, which is not cut."""
    heading, *lines = aligned([miss.message for miss in misses], room=room)
    told = (cell("  ".join(miss.failed)) for miss in misses)
    return [
        heading,
        *(each for pair in zip(lines, (f"   not met: {terms}" for terms in told), strict=True) for each in pair),
    ]


def whole(message: Message) -> str:
    """A mail as a person reads it: where it came from and went to, its files, its text."""
    return "\n".join((*_facts(message), "", body(message.text).rstrip("\n")))


def _facts(message: Message) -> Iterator[str]:
    facts = (
        ("ID", message.id),
        ("Inbox", message.inbox),
        ("Envelope", f"{message.mail_from or '<>'} -> {', '.join(message.recipients) or 'nobody'}"),
        ("Date", message.date.isoformat(sep=" ", timespec="seconds")),
        ("From", _named([message.from_])),
        ("To", _named(message.to)),
        ("Cc", _named(message.cc)),
        ("Bcc", _named(message.bcc)),
        ("Reply-To", _named(message.reply_to)),
        ("Subject", message.subject),
        ("Tags", ", ".join(message.tags)),
        *(("File", f"{each.filename}  {each.content_type}, {each.size} bytes") for each in message.attachments),
        *(("Inline", f"{each.filename}  {each.content_type}, {each.size} bytes") for each in message.inline),
        *(("Defect", each) for each in message.wire.get("Defects", ())),
    )
    return (f"{name + ':':<10}{cell(value)}" for name, value in facts if value)


def _named(addresses: Sequence[Address]) -> str:
    return ", ".join(map(str, addresses))


def headers(message: Message) -> str:
    """The header fields in the order sent, decoded and unfolded."""
    return "\n".join(f"{cell(name)}: {cell(value)}" for name, value in message.headers.fields)


def tree(part: Wire) -> str:
    """The MIME tree: path, type, charset, transfer encoding, size, name, defects."""
    return "\n".join(_branch(part, 0))


def _branch(part: Wire, depth: int) -> Iterator[str]:
    facts = [part["ContentType"], part["Charset"], part["TransferEncoding"], f"{part['Size']} bytes"]
    facts += [part["Disposition"], repr(part["FileName"]) if part["FileName"] else "", part["ContentID"]]
    facts += [f"({each})" for each in part["Defects"]]
    yield cell("  " * depth + (part["PartID"] or "-") + "  " + " ".join(filter(None, facts)))
    for child in part["Children"]:
        yield from _branch(child, depth + 1)


def conversation(told: Conversation) -> str:
    """What was said over SMTP, with the milliseconds since it began, and what went wrong and how to change that."""
    user = f", user {told.username}" if told.username else ""
    first = cell(f"session {told.id} from {told.peer}{user}: {told.state}")
    lines = (f"{at:8.1f} ms  {cell(who)}: {cell(text)}" for at, who, text in told.lines)
    return "\n".join((first, *lines, *map(body, told.findings)))

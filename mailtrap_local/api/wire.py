"""From the house's values to the wire types of `schema`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from mailtrap_local import model
from mailtrap_local.api import schema

if TYPE_CHECKING:
    from mailtrap_local.doctor.diagnoses import Finding

_EPOCH = datetime(1970, 1, 1)  # naive, since only what lies within its zone's calendar can be written at all
_NOBODY = schema.Address("", "")


def moment(microseconds: int) -> str:
    """A time as RFC 3339 in UTC, to the millisecond."""
    there = _EPOCH + timedelta(microseconds=microseconds)
    return there.isoformat(timespec="milliseconds").rstrip("0").rstrip(".") + "Z"


def local_moment(microseconds: int, *, offset: int) -> str:
    """A time as RFC 3339 in the zone `offset` seconds east of UTC. Raises OverflowError beyond year 9999."""
    minutes = int(offset / 60)  # towards UTC: a whole day would be no zone
    there = (_EPOCH + timedelta(microseconds=microseconds, minutes=minutes)).isoformat(timespec="seconds")
    hours, rest = divmod(abs(minutes), 60)
    return f"{there}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}" if minutes else f"{there}Z"


def addresses(values: Sequence[model.Address]) -> list[schema.Address]:
    """A field's addresses."""
    return [schema.Address(value.name, value.address) for value in values]


def address(value: model.Address | None) -> schema.Address:
    """The From of a message; empty if it has none."""
    return schema.Address(value.name, value.address) if value else _NOBODY


def summary_of(summary: model.Summary) -> schema.MessageSummary:
    """The row of a list."""
    head = summary.head
    return schema.MessageSummary(
        ID=summary.id,
        MessageID=head.message_id,
        Read=summary.read,
        From=address(head.from_),
        To=addresses(head.to),
        Cc=addresses(head.cc),
        Bcc=addresses(head.bcc),
        ReplyTo=addresses(head.reply_to),
        Subject=head.subject,
        Created=moment(summary.created),
        Username=summary.username,
        Tags=list(summary.tags),
        Size=summary.size,
        Attachments=summary.attachments,
        Snippet=summary.snippet,
        Inbox=summary.inbox,
    )


def list_head_of(page: model.Page, *, count: int, onward: str) -> schema.ListHead:
    """The numbers around a page that is sent with `count` messages; `onward` leads to the next one."""
    return schema.ListHead(
        total=page.total,
        unread=page.unread,
        count=count,
        messages_count=page.matched,
        messages_unread=page.matched_unread,
        start=page.start,
        tags=list(page.tags),
        cursor=page.cursor,
        warnings=list(page.warnings),
        next=onward,
    )


def message_of(message: model.Message, *, read: bool, sums: Mapping[str, model.Checksums]) -> schema.Message:
    """A whole message. `sums` holds the checksums of its inline and attached parts by path."""
    record, parsed = message.record, message.parsed
    summary, head = record.summary, record.summary.head
    return schema.Message(
        ID=summary.id,
        MessageID=head.message_id,
        From=address(head.from_),
        To=addresses(head.to),
        Cc=addresses(head.cc),
        Bcc=addresses(head.bcc),
        ReplyTo=addresses(head.reply_to),
        ReturnPath=_return_path(message),
        Subject=head.subject,
        ListUnsubscribe=unsubscribe_of(parsed.unsubscribe),
        Date=_date(message),
        Tags=list(summary.tags),
        Username=summary.username,
        Text=parsed.text,
        HTML=parsed.html,
        Size=summary.size,
        Inline=_attachments(parsed.inline, sums),
        Attachments=_attachments(parsed.attachments, sums),
        Created=moment(summary.created),
        Read=read,
        Inbox=summary.inbox,
        Envelope=envelope_of(record),
        Session=record.origin.session,
        Parts=part_of(parsed.root),
        Defects=list(parsed.defects),
        HasText=parsed.has_text,
        Links=links_of(parsed),
        Codes=list(parsed.codes),
        Images=images_of(parsed),
    )


def links_of(parsed: model.Parsed) -> list[schema.Link]:
    """The links of a message."""
    return [schema.Link(link.url, link.text, link.part) for link in parsed.links]


def images_of(parsed: model.Parsed) -> list[schema.Image]:
    """The images of a message's HTML."""
    return [
        schema.Image(
            URL=image.url,
            Alt=image.alt,
            PartID=image.part,
            ImagePartID=image.embedded,
            Width=image.width,
            Height=image.height,
            Tracking=image.tracking,
        )
        for image in parsed.images
    ]


def elements_of(selected: model.Selected) -> schema.ElementList:
    """What a selector matched."""
    elements = [schema.Element(each.tag, each.text, each.attributes, each.inner_html) for each in selected.elements]
    return schema.ElementList(elements, selected.total)


def unsubscribe_of(found: model.Unsubscribe) -> schema.ListUnsubscribe:
    """How the message says that one gets off its list."""
    click = found.one_click
    return schema.ListUnsubscribe(
        Header=found.header,
        Links=list(found.links),
        Errors=found.error,
        HeaderPost=found.post,
        OneClick=schema.OneClick("POST", click.url, click.content_type, click.body) if click else None,
        Problems=list(found.problems),
    )


def _return_path(message: model.Message) -> str:
    """The reverse-path, as the final delivery would have written it; Mailpit falls back to From."""
    from_ = message.record.summary.head.from_
    return message.record.envelope.mail_from or message.parsed.return_path or (from_.address if from_ else "")


def _date(message: model.Message) -> str:
    """What the Date field says, else when the message came."""
    parsed = message.parsed
    try:
        if parsed.date is not None:
            return local_moment(parsed.date, offset=parsed.date_offset or 0)
    except OverflowError:
        pass  # a date that RFC 3339 cannot write
    return moment(message.record.summary.created)


def named(part: model.Part) -> bool:
    """Whether a part can be told apart by a name, without which Mailpit lists no attachment."""
    return bool(part.filename or part.content_id)


def _checksums(sums: model.Checksums) -> schema.Checksums:
    return schema.Checksums(MD5=sums.md5, SHA1=sums.sha1, SHA256=sums.sha256)


def _attachments(parts: Sequence[model.Part], sums: Mapping[str, model.Checksums]) -> list[schema.Attachment]:
    return [
        schema.Attachment(
            PartID=part.path,
            FileName=part.filename or part.content_id,
            ContentType=part.content_type,
            ContentID=part.content_id,
            Size=part.size,
            Checksums=_checksums(sums[part.path]),
        )
        for part in parts
        if named(part)
    ]


def envelope_of(record: model.Record) -> schema.Envelope:
    """What the transaction said, and how the message came."""
    envelope, origin = record.envelope, record.origin
    return schema.Envelope(
        From=envelope.mail_from,
        FromParams=list(envelope.mail_params),
        To=[schema.Recipient(recipient.address, list(recipient.params)) for recipient in envelope.recipients],
        Peer=origin.peer,
        Helo=origin.helo,
        Protocol=origin.protocol,
        TLS=origin.tls,
        Username=origin.username,
    )


def header_of(header: model.Header) -> schema.Header:
    """One header field."""
    return schema.Header(header.name, header.value, header.raw)


def part_of(part: model.Part) -> schema.Part:
    """A node of the MIME tree with all that is under it."""
    return schema.Part(
        PartID=part.path,
        ContentType=part.content_type,
        Charset=part.charset,
        Disposition=part.disposition,
        FileName=part.filename,
        ContentID=part.content_id,
        TransferEncoding=part.transfer_encoding,
        Size=part.size,
        Params=dict(part.params),
        Headers=[header_of(header) for header in part.headers],
        Defects=list(part.defects),
        Children=[part_of(child) for child in part.children],
    )


def inbox_of(count: model.InboxCount, made: model.MadeInbox | None) -> schema.Inbox:
    """An inbox and what it holds."""
    return schema.Inbox(count.name, count.total, count.unread, count.size, made.address if made else "")


def session_row_of(session: model.Session) -> schema.SessionRow:
    """A session without its transcript."""
    return schema.SessionRow(**_session_fields(session))


def session_of(session: model.Session) -> schema.Session:
    """A session with its transcript, explained."""
    from mailtrap_local.doctor.explain import explain, in_words  # here, since its table is long

    told = zip(session.lines, in_words(session.lines), strict=True)
    lines = [schema.Line(line.at / 1000, line.who, line.text, *words) for line, words in told]
    findings = [finding_of(finding) for finding in explain(session)]
    return schema.Session(**_session_fields(session), Lines=lines, Findings=findings)


def finding_of(finding: "Finding") -> schema.Finding:
    """What went wrong, in words."""
    return schema.Finding(
        Name=finding.name,
        Level=finding.level,
        Stage=finding.stage,
        Means=finding.means,
        Change=finding.change,
        RFC=finding.rfc,
        Evidence=finding.evidence,
        Again=finding.again,
        Line=finding.line,
    )


def _session_fields(session: model.Session) -> dict[str, Any]:
    return {
        "ID": session.id,
        "Started": moment(session.started),
        "Ended": moment(session.ended) if session.ended else None,
        "Peer": session.peer,
        "Local": session.local,
        "Helo": session.helo,
        "Username": session.username,
        "TLS": session.tls,
        "State": session.state,
        "Messages": list(session.messages),
        "Caught": session.caught,
        "Errors": session.errors,
        "Omitted": session.omitted,
    }


def event_of(event: model.Event) -> schema.LiveEvent:
    """An event as live clients get it."""
    ids = list(event.ids)
    if event.kind == "new" and event.summary is not None:
        return schema.New(event.seq, event.inbox, summary_of(event.summary))
    if event.kind == "update":
        return _update_of(event)
    if event.kind == "delete":
        return schema.Delete(event.seq, ids, event.reason)
    if event.kind == "restore":
        return schema.Restore(event.seq, ids)
    if event.kind == "truncate":
        return schema.Truncate(event.seq, event.inbox)
    if event.kind == "sessions":
        return schema.SessionsEnded(event.seq)
    return schema.TagsChanged(event.seq)


def _update_of(event: model.Event) -> schema.Update:
    return schema.Update(
        event.seq,
        event.inbox,
        list(event.ids),
        Read=UNSET if event.read is None else event.read,
        Tags=UNSET if event.tags is None else list(event.tags),
        message=UNSET if event.summary is None else summary_of(event.summary),
    )

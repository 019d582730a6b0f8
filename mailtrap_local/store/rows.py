"""Between values and rows: what an entry becomes in the tables, and what a row becomes for a list."""

from operator import itemgetter

import msgspec
from msgspec.structs import replace

from mailtrap_local.model import Digest, Entry, Envelope, Head, Line, Origin, Record, Session, SessionState, Summary
from mailtrap_local.search.document import Document, columns

Value = int | str | bytes | None
Row = tuple[Value, ...]

MESSAGE_COLUMNS = (
    "seq id inbox created size read attachments inlines links codes username protocol subject message_id sender"
    " recipients cc bcc reply_to rcpt mail_from snippet head origin hidden thread"
).split()
SUMMARY_COLUMNS = (
    "m.seq, m.id, m.inbox, m.created, m.size, m.read, m.head, m.username,"
    " (SELECT group_concat(name, char(10)) FROM message_tag WHERE seq = m.seq), m.attachments, m.snippet"
)
_TEXTS = "subject message_id thread sender recipients cc bcc reply_to rcpt mail_from".split()
_texts = itemgetter(*(MESSAGE_COLUMNS.index(name) - 2 for name in _TEXTS))  # a row begins behind seq and id
NOTHING_YET = Digest()


class Provenance(msgspec.Struct, frozen=True, array_like=True):
    """The envelope and how it came, as the column `origin` holds them."""

    envelope: Envelope
    origin: Origin


_encode = msgspec.json.Encoder().encode
_decode_head = msgspec.json.Decoder(Head).decode
_decode_provenance = msgspec.json.Decoder(Provenance).decode


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """An entry with all of its rows that is known before its seq.

    Made on the event loop, so that the writer's thread has hardly anything to do but to call SQLite: whenever both
    want the interpreter's lock, one of them is put to sleep, and that costs more than the work itself.
    """

    entry: Entry
    row: Row  # what follows seq and id in the order of MESSAGE_COLUMNS
    text: str  # of the table body

    def moved(self, inbox: str) -> "Prepared":
        """The same in another inbox."""
        return Prepared(replace(self.entry, inbox=inbox), (inbox, *self.row[1:]), self.text)


def prepared(entry: Entry) -> Prepared:
    """What the writer is given."""
    digest = entry.digest or NOTHING_YET
    folded = columns(entry)
    row: Row = (
        entry.inbox,
        entry.created,
        len(entry.raw),
        0,
        digest.attachments,
        digest.inlines,
        digest.links,
        digest.codes,
        entry.origin.username,
        entry.origin.protocol,
        folded.subject,
        folded.message_id,
        folded.sender,
        folded.recipients,
        folded.cc,
        folded.bcc,
        folded.reply_to,
        folded.rcpt,
        folded.mail_from,
        digest.snippet,
        _encode(entry.head),
        _encode(Provenance(entry.envelope, entry.origin)),
        None,
        folded.thread,
    )
    return Prepared(entry, row, folded.text)


def document(mail: Prepared) -> Document:
    """The document of a message about to be stored, out of the rows that were made of it."""
    entry = mail.entry
    digest = entry.digest or NOTHING_YET
    subject, message_id, thread, sender, recipients, cc, bcc, reply_to, rcpt, mail_from = _texts(mail.row)
    return Document(
        subject=subject,
        message_id=message_id,
        thread=thread,
        sender=sender,
        recipients=recipients,
        cc=cc,
        bcc=bcc,
        reply_to=reply_to,
        rcpt=rcpt,
        mail_from=mail_from,
        text=mail.text,
        inbox=entry.inbox,
        created=entry.created,
        size=len(entry.raw),
        attachments=digest.attachments,
        inlines=digest.inlines,
        links=digest.links,
        codes=digest.codes,
        tags=entry.tags,
        raw=entry.raw,
    )


def new_summary(entry: Entry, *, seq: int, message_id: str) -> Summary:
    """The summary of a message that was just stored."""
    digest = entry.digest or NOTHING_YET
    return Summary(
        seq=seq,
        id=message_id,
        inbox=entry.inbox,
        created=entry.created,
        size=len(entry.raw),
        read=False,
        head=entry.head,
        username=entry.origin.username,
        tags=entry.tags,
        attachments=digest.attachments,
        snippet=digest.snippet,
    )


def summary(row: tuple[int, str, str, int, int, int, bytes, str, str | None, int, str]) -> Summary:
    """The summary in a row selected by SUMMARY_COLUMNS."""
    seq, message_id, inbox, created, size, read, head, username, tags, attachments, snippet = row
    return Summary(
        seq=seq,
        id=message_id,
        inbox=inbox,
        created=created,
        size=size,
        read=bool(read),
        head=_decode_head(head),
        username=username,
        tags=tuple(sorted(tags.split("\n"), key=str.casefold)) if tags else (),
        attachments=attachments,
        snippet=snippet,
    )


def record(row: tuple[int, str, str, int, int, int, bytes, str, str | None, int, str, bytes]) -> Record:
    """The record in a row selected by SUMMARY_COLUMNS and m.origin."""
    provenance = _decode_provenance(row[11])
    return Record(summary(row[:11]), provenance.envelope, provenance.origin)


class _SessionCard(msgspec.Struct, frozen=True, array_like=True):
    """A session as the column `card` holds it."""

    ended: int
    peer: str
    local: str
    helo: str
    username: str
    tls: str
    state: SessionState
    messages: tuple[str, ...]
    caught: int
    errors: int
    lines: tuple[Line, ...]
    omitted: int


_decode_card = msgspec.json.Decoder(_SessionCard).decode


def session_row(session: Session) -> tuple[str, int, bytes]:
    """id, started and card of a session."""
    card = _SessionCard(
        session.ended,
        session.peer,
        session.local,
        session.helo,
        session.username,
        session.tls,
        session.state,
        session.messages,
        session.caught,
        session.errors,
        session.lines,
        session.omitted,
    )
    return session.id, session.started, _encode(card)


def session(row: tuple[str, int, bytes]) -> Session:
    """The session in a row of id, started and card."""
    card = _decode_card(row[2])
    return Session(
        id=row[0],
        started=row[1],
        ended=card.ended,
        peer=card.peer,
        local=card.local,
        helo=card.helo,
        username=card.username,
        tls=card.tls,
        state=card.state,
        messages=card.messages,
        caught=card.caught,
        errors=card.errors,
        lines=card.lines,
        omitted=card.omitted,
    )

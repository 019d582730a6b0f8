"""What a query looks at: the folded columns of a message. Store and predicate share this one truth.

An address list is each address in the form `"\\n" + fold(name) + "\\t" + fold(address)`, and one "\\n" behind the last;
"" if there is none. Folded text holds neither tab nor newline, so a needle never crosses two addresses, and a
needle with the marks asks for a whole address or a whole name.

The free text is one folded line for each thing: From, Subject, To, Cc, Bcc, Reply-To, the reverse-path, the text of the
bodies, the file names. A phrase is found across the line breaks of a body, never across two things. NUL is held as
U+FFFD, since SQLite's pattern operators end at one.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from mailtrap_local.mime.text import fold
from mailtrap_local.model import ADDRESS_MARK, LINE_MARK, Address, Digest, Entry, Envelope, Head

_NO_DIGEST = Digest()


class Document(Struct, frozen=True, gc=False):
    """One message as a query sees it. The text fields are folded; `inbox`, `tags` and `raw` are as they are."""

    subject: str = ""
    message_id: str = ""
    thread: str = ""  # its own id and those that it refers to, "\n" before each and behind the last
    sender: str = ""
    recipients: str = ""
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    rcpt: str = ""
    mail_from: str = ""
    text: str = ""
    inbox: str = ""
    created: int = 0  # microseconds since the epoch
    size: int = 0
    read: bool = False
    attachments: int = 0
    inlines: int = 0
    links: int = 0
    codes: int = 0
    tags: tuple[str, ...] = ()
    raw: bytes = b""  # for header: alone


def columns(entry: Entry) -> Document:
    """The document of a message about to be stored, unread; without a digest its text is that of the header."""
    head, envelope, digest = entry.head, entry.envelope, entry.digest or _NO_DIGEST
    return Document(
        subject=_folded(head.subject),
        message_id=_folded(head.message_id),
        thread=_thread(head),
        sender=_list([head.from_] if head.from_ else ()),
        recipients=_list(head.to),
        cc=_list(head.cc),
        bcc=_list(head.bcc),
        reply_to=_list(head.reply_to),
        rcpt=_list(Address("", recipient.address) for recipient in envelope.recipients),
        mail_from=_folded(envelope.mail_from),
        text=free_text(head, envelope, digest),
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


def free_text(head: Head, envelope: Envelope, digest: Digest) -> str:
    """The folded free text: what a plain word is searched in, as the table body holds it."""
    lines = [_shown(head.from_) if head.from_ else "", _folded(head.subject)]
    for addresses in (head.to, head.cc, head.bcc, head.reply_to):
        lines += map(_shown, addresses)
    lines += (_folded(envelope.mail_from), _kept(digest.text))
    lines += map(_folded, digest.filenames)
    return LINE_MARK.join(filter(None, lines))


def _list(addresses: Iterable[Address]) -> str:
    marked = [LINE_MARK + _folded(item.name) + ADDRESS_MARK + _folded(item.address) for item in addresses]
    return "".join(marked) + LINE_MARK if marked else ""


def _thread(head: Head) -> str:
    ids = [_kept(each) for each in (head.message_id, *head.refers) if each]
    return LINE_MARK + LINE_MARK.join(ids) + LINE_MARK if ids else ""


def _shown(address: Address) -> str:
    """An address as it stands in the free text."""
    name, spec = _folded(address.name), _folded(address.address)
    return f"{name} <{spec}>" if name else spec


def _kept(text: str) -> str:
    """Folded, and without NUL, at which SQLite's text functions would stop."""
    return fold(text).replace("\0", "\ufffd")


# Mail of one app bears the same few names and addresses again and again, each in several columns.
_folded = lru_cache(4096)(_kept)

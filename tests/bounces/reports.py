"""Messages to report of, and reports read back by the standard library."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, SMTPUTF8

from mailtrap_local import mime
from mailtrap_local.bounces.complaint import complaint
from mailtrap_local.bounces.delivery import delivery_report
from mailtrap_local.bounces.order import Order, choose, read_terms, sift
from mailtrap_local.bounces.parts import About
from mailtrap_local.bounces.wishes import is_international
from mailtrap_local.model import Envelope, Origin, Recipient, Record, Summary

RAW = (
    b"From: Ann <ann@x.org>\r\nTo: bob@y.org\r\nSubject: Hello\r\nMessage-ID: <m1@x.org>\r\n\r\n"
    b"some text\r\n.\r\n--=_boundary\r\nmore\r\n"
)
NOW = datetime(2026, 11, 25, 4, 5, 6, tzinfo=UTC)


def record(
    raw: bytes = RAW,
    *,
    mail_from: str = "ann@x.org",
    params: Sequence[str] = (),
    to: Sequence[tuple[str, Sequence[str]]] = (("bob@y.org", ()),),
    origin: Origin | None = None,
) -> Record:
    envelope = Envelope(mail_from, tuple(params), tuple(Recipient(address, tuple(said)) for address, said in to))
    head = mime.head(raw)
    summary = Summary(1, "0" * 22, "default", 1_790_000_000_000_000, len(raw), False, head, "", (), 0, "")
    return Record(summary, envelope, origin or Origin("ESMTP", "192.0.2.7:4711", "client.example"))


def made(order: Order, about: Record, raw: bytes = RAW, *, narrow: bool = False) -> bytes:
    """The report of this order, `narrow` in 7 bits; there has to be one."""
    terms = read_terms(order)
    concerned, _ = sift(terms.kind, choose(about.envelope, order.recipients))
    assert concerned
    international = is_international(about.envelope) and not narrow
    of = About(about, raw, "catcher.example", international, NOW, narrow)
    return complaint(of, terms, concerned) if terms.kind.name == "complaint" else delivery_report(of, terms, concerned)


def parsed(report: bytes) -> EmailMessage:
    """As the standard library reads it; without a defect, and with lines as SMTP has them."""
    message = message_from_bytes(report, policy=SMTP if report.isascii() else SMTPUTF8)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/report"
    assert len(list(message.iter_parts())) == 3
    ours = [message, *list(message.iter_parts())[:2]]  # the third is what somebody else wrote
    assert [defect for part in ours for defect in part.defects] == []
    for line in report.split(b"\r\n"):
        assert len(line) <= 998 and b"\r" not in line and b"\n" not in line
    return message


def groups(message: EmailMessage) -> list[Message]:
    """The groups of fields of the delivery status: of the message, then of each recipient."""
    status = list(message.iter_parts())[1]
    payload = status.get_payload()
    if status.get_content_type() == "message/delivery-status":
        assert isinstance(payload, list)
        return [each for each in payload if isinstance(each, Message) and each.keys()]
    assert isinstance(payload, list)  # the international form, which the standard library takes for a message
    whole = payload[0]
    assert isinstance(whole, Message)
    text = whole.get_payload()
    assert isinstance(text, str)
    blocks = text.encode("utf-8", "surrogateescape").replace(b"\r\n", b"\n").strip().split(b"\n\n")
    rest = [message_from_bytes(block) for block in blocks]
    return [whole, *rest]

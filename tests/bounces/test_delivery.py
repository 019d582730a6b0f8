"""Delivery status notifications, read back by parsers that are not ours."""

import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from flufl.bounce import all_failures, scan_message
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.bounces.order import Order
from mailtrap_local.model import Origin
from tests.bounces.reports import NOW, RAW, groups, made, parsed, record


def test_a_failure_has_every_field() -> None:
    about = record(
        params=("RET=FULL", "ENVID=QQ314159+20x"),
        to=(("bob@y.org", ("NOTIFY=FAILURE", "ORCPT=rfc822;robert+2Bnews@y.org")),),
    )
    report = parsed(made(Order(status="5.2.2", diagnostic="552 5.2.2 mailbox full", remote_mta="mx1.y.org"), about))
    assert report["From"] == "Mail Delivery System <MAILER-DAEMON@catcher.example>"
    assert report["To"] == "ann@x.org"
    assert report["Subject"] == "Delivery failed: Hello"
    assert report["References"] == "<m1@x.org>"
    assert report["Auto-Submitted"] == "auto-replied"
    assert parsedate_to_datetime(report["Date"]) == NOW
    assert report.get_param("report-type") == "delivery-status"
    of_message, of_bob = groups(report)
    assert parsedate_to_datetime(of_message["Arrival-Date"]).timestamp() == 1_790_000_000
    assert dict(of_message.items()) == {
        "Original-Envelope-Id": "QQ314159 x",
        "Reporting-MTA": "dns; catcher.example",
        "Received-From-MTA": "dns; client.example",
        "Arrival-Date": of_message["Arrival-Date"],
    }
    assert dict(of_bob.items()) == {
        "Original-Recipient": "rfc822;robert+news@y.org",
        "Final-Recipient": "rfc822;bob@y.org",
        "Action": "failed",
        "Status": "5.2.2",
        "Remote-MTA": "dns; mx1.y.org",
        "Diagnostic-Code": "smtp; 552 5.2.2 mailbox full",
        "Last-Attempt-Date": of_bob["Last-Attempt-Date"],
        "Final-Log-ID": "0" * 22,
    }
    human, _, returned = report.iter_parts()
    assert "bob@y.org" in human.get_content() and "552 5.2.2 mailbox full" in human.get_content()
    assert returned.get_content_type() == "message/rfc822"


def test_the_message_comes_back_to_the_byte() -> None:
    assert b"\r\n\r\n" + RAW + b"\r\n--" in made(Order(), record(params=("RET=FULL",)))
    binary = b"Subject: x\r\n\r\n" + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    report = made(Order(), record(binary), binary)
    assert b"Content-Transfer-Encoding: 8bit\r\n\r\n" + binary + b"\r\n--" in report


@pytest.mark.parametrize(
    ("kind", "said", "status"),
    [
        ("failed", "NOTIFY=FAILURE", "5.1.1"),
        ("delayed", "NOTIFY=DELAY", "4.4.1"),
        ("delivered", "NOTIFY=SUCCESS", "2.1.5"),
        ("relayed", "NOTIFY=SUCCESS,FAILURE", "2.1.9"),
        ("expanded", "NOTIFY=SUCCESS", "2.1.5"),
    ],
)
def test_each_kind(kind: str, said: str, status: str) -> None:
    report = parsed(made(Order(kind=kind), record(to=(("bob@y.org", (said,)),))))
    _, bob = groups(report)
    assert (bob["Action"], bob["Status"]) == (kind, status)
    assert ("Diagnostic-Code" in bob) == (kind in ("failed", "delayed"))
    assert ("Will-Retry-Until" in bob) == (kind == "delayed")
    assert ("Last-Attempt-Date" in bob) == (kind in ("failed", "delayed"))
    assert ("Remote-MTA" in bob) == (kind in ("failed", "delayed", "relayed"))


def failures(report: EmailMessage) -> tuple[list[bytes], list[bytes]]:
    """Who failed for now, and who for good."""
    temporary, permanent = all_failures(report)
    return sorted(temporary), sorted(permanent)


def test_a_list_manager_finds_who_failed() -> None:
    about = record(to=(("bob@y.org", ()), ("eve@z.org", ()), ("eva@z.org", ())))
    failed = parsed(made(Order(recipients=("EVE@z.org", "bob@y.org")), about))
    assert scan_message(failed) == {b"bob@y.org", b"eve@z.org"}
    assert failures(failed) == ([], [b"bob@y.org", b"eve@z.org"])
    delayed = parsed(made(Order(kind="delayed"), about))
    assert failures(delayed) == ([b"bob@y.org", b"eva@z.org", b"eve@z.org"], [])
    delivered = parsed(made(Order(kind="delivered"), record(to=(("bob@y.org", ("NOTIFY=SUCCESS",)),))))
    assert failures(delivered) == ([], [])


# ---- RET ------------------------------------------------------------------------------------------------------------


def returned(report: bytes) -> str:
    return list(parsed(report).iter_parts())[2].get_content_type()


@pytest.mark.parametrize(
    ("params", "lines", "kind"),
    [
        (("RET=FULL",), 20_000, "message/rfc822"),
        (("ret=full",), 1, "message/rfc822"),
        (("RET=HDRS",), 1, "text/rfc822-headers"),
        ((), 1, "message/rfc822"),
        ((), 20_000, "text/rfc822-headers"),
        (("RET=NONSENSE",), 1, "message/rfc822"),
    ],
)
def test_how_much_comes_back(params: tuple[str, ...], lines: int, kind: str) -> None:
    raw = RAW + b"line\r\n" * lines
    assert returned(made(Order(), record(raw, params=params), raw)) == kind


def test_reports_of_anything_but_failure_return_the_header_alone() -> None:
    """RFC 3461 section 4.3."""
    about = record(params=("RET=FULL",), to=(("bob@y.org", ("NOTIFY=SUCCESS,DELAY",)),))
    for kind in ("delayed", "delivered", "relayed", "expanded"):
        report = made(Order(kind=kind), about)
        assert returned(report) == "text/rfc822-headers"
        assert b"some text" not in report
        assert b"Message-ID: <m1@x.org>" in report


def test_what_cannot_travel_comes_back_as_its_header() -> None:
    raw = RAW + b"z" * 2000 + b"\r\n"
    assert returned(made(Order(), record(raw, params=("RET=FULL",)), raw)) == "text/rfc822-headers"


def test_a_header_that_is_not_ascii_is_quoted() -> None:
    raw = "Subject: Grüße\r\nX: 1\r\n\r\nhi\r\n".encode()
    report = made(Order(), record(raw, params=("RET=HDRS",)), raw)
    assert report.isascii()
    part = list(parsed(report).iter_parts())[2]
    assert part.get_payload(decode=True) == "Subject: Grüße\r\nX: 1\r\n".encode()


# ---- RFC 6533 -------------------------------------------------------------------------------------------------------


def test_an_international_message_gets_an_international_report() -> None:
    raw = "From: änn@x.org\r\nTo: bøb@y.org\r\nSubject: Grüße\r\n\r\nhi\r\n".encode()
    to = (("bøb@y.org", (r"ORCPT=utf-8;r\x{F8}b@y.org",)), ("eve@z.org", ()))
    written = made(Order(), record(raw, mail_from="änn@x.org", params=("SMTPUTF8",), to=to), raw)
    report = parsed(written)
    kinds = [part.get_content_type() for part in report.iter_parts()]
    assert kinds == ["text/plain", "message/global-delivery-status", "message/global"]
    assert len(groups(report)) == 3
    for field in ("Original-Recipient: utf-8;røb@y.org", "Final-Recipient: utf-8;bøb@y.org", "To: <änn@x.org>"):
        assert f"\r\n{field}\r\n".encode() in b"\r\n" + written
    assert b"\r\nFinal-Recipient: rfc822;eve@z.org\r\n" in written
    assert report["Subject"] == "Delivery failed: Grüße"
    head = made(Order(), record(raw, mail_from="änn@x.org", params=("SMTPUTF8", "RET=HDRS"), to=to), raw)
    assert returned(head) == "message/global-headers"


# ---- 7 bits ---------------------------------------------------------------------------------------------------------

UMLAUTS = (
    "From: ann@x.org\r\nTo: bob@y.org\r\nSubject: Hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n"
)


@pytest.mark.parametrize("kind", ["failed", "complaint"])
def test_a_message_of_8_bits_comes_back_as_its_header_where_7_have_to_do(kind: str) -> None:
    """A part that holds a message is never encoded (RFC 2046 section 5.2.1), so the whole cannot travel."""
    raw, about = UMLAUTS.encode(), record(UMLAUTS.encode(), params=("RET=FULL", "BODY=8BITMIME"))
    wide, narrow = made(Order(kind=kind), about, raw), made(Order(kind=kind), about, raw, narrow=True)
    assert returned(wide) == "message/rfc822" and "Grüße".encode() in wide
    assert b"\r\nContent-Transfer-Encoding: 8bit\r\n" in wide
    assert narrow.isascii() and b"8bit" not in narrow
    assert returned(narrow) == "text/rfc822-headers"
    assert returned(made(Order(kind=kind), record(params=("RET=FULL",)), narrow=True)) == "message/rfc822"


@pytest.mark.parametrize("kind", ["failed", "complaint"])
def test_addresses_beyond_ascii_are_spelled_in_an_ascii_report(kind: str) -> None:
    """RFC 6533 section 3: type utf-8, and what is beyond ASCII or means something there as \\x{...}."""
    raw = "Subject: Grüße\r\n\r\nhi\r\n".encode()
    to = (("b+ø@y.org", (r"ORCPT=utf-8;r\x{F8}b@y.org",)),)
    report = made(Order(kind=kind), record(raw, params=("SMTPUTF8",), to=to), raw, narrow=True)
    assert report.isascii()
    parts = [part.get_content_type() for part in parsed(report).iter_parts()]
    of = "feedback-report" if kind == "complaint" else "delivery-status"
    assert parts == ["text/plain", f"message/{of}", "text/rfc822-headers"]
    assert parsed(report)["Subject"].endswith(": Grüße")
    if kind == "complaint":
        assert rb"Original-Rcpt-To: <b\x{2B}\x{F8}@y.org>" in report
    else:
        assert rb"Final-Recipient: utf-8;b\x{2B}\x{F8}@y.org" in report
        assert rb"Original-Recipient: utf-8;r\x{F8}b@y.org" in report


# ---- whatever comes -------------------------------------------------------------------------------------------------

ADDRESSES = st.sampled_from(["bob@y.org", '"b o b"@y.org', "bob@[192.0.2.1]", "postmaster", "b+x@sub.y.org"])
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
SAID = [None, "NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE", "FAILURE,DELAY,SUCCESS", "?"]
EVENTS = {"failed": "FAILURE", "delayed": "DELAY", "delivered": "SUCCESS", "relayed": "SUCCESS", "expanded": "SUCCESS"}


def xtext(text: str) -> str:
    return re.sub(r"[+=\s]", lambda match: f"+{ord(match[0]):02X}", text)


@given(
    addresses=st.lists(ADDRESSES, min_size=1, max_size=4, unique=True),
    notify=st.sampled_from(SAID),
    ret=st.sampled_from(["", "FULL", "HDRS"]),
    envid=st.none() | VISIBLE,
    original=st.none() | VISIBLE,
    kind=st.sampled_from(list(EVENTS)),
)
def test_wishes_are_kept(
    addresses: list[str], notify: str | None, ret: str, envid: str | None, original: str | None, kind: str
) -> None:
    params = [f"RET={ret}"] * bool(ret) + [f"ENVID={xtext(envid or '')}"] * bool(envid)
    said = [f"NOTIFY={notify}"] * bool(notify) + [f"ORCPT=rfc822;{xtext(original or '')}"] * bool(original)
    about = record(params=params, to=[(address, said) for address in addresses])
    wanted = EVENTS[kind] != "SUCCESS" if notify in (None, "?") else EVENTS[kind] in str(notify).split(",")
    if not wanted:
        with pytest.raises(AssertionError):
            made(Order(kind=kind), about)
        return
    report = parsed(made(Order(kind=kind), about))
    of_message, *of_recipients = groups(report)
    assert of_message.get("Original-Envelope-Id") == envid
    assert [each["Final-Recipient"] for each in of_recipients] == [f"rfc822;{address}" for address in addresses]
    expected = original and f"rfc822;{original}"
    assert [each.get("Original-Recipient") for each in of_recipients] == [expected] * len(addresses)
    whole = kind == "failed" and ret != "HDRS"
    assert list(report.iter_parts())[2].get_content_type() == ("message/rfc822" if whole else "text/rfc822-headers")


@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_any_message_is_reported(raw: bytes, helo: str, subject: str, utf8: bool) -> None:
    raw = b"Subject: " + subject.encode("utf-8", "replace") + b"\r\n\r\n" + raw
    about = record(raw, params=("SMTPUTF8",) * utf8, origin=Origin("ESMTP", "", helo))
    report = parsed(made(Order(), about, raw))
    assert len(groups(report)) == 2
    assert report["To"] == "ann@x.org"
    for kind in ("failed", "complaint"):
        assert made(Order(kind=kind), about, raw, narrow=True).isascii()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200))
def test_any_diagnostic_is_one_field(text: str) -> None:
    if text.isprintable():
        _, bob = groups(parsed(made(Order(status="5.0.0", diagnostic=text), record())))
        assert len(bob.get_all("Diagnostic-Code") or []) == 1
        assert bob["Action"] == "failed"

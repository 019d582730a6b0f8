"""Finding, splitting and decoding headers; the row's fields."""

import time

import pytest

from mailtrap_local import limits
from mailtrap_local.mime.headers import decode, head, header, message_id, split
from mailtrap_local.mime.parse import parse
from mailtrap_local.model import Address, Head
from tests.mime.mails import crlf


def test_all_that_a_row_needs() -> None:
    raw = crlf(
        "From: Ann Example <ann@example.org>\nTo: bob@example.net, Carl <carl@example.com>\nCc: dora@example.net\n"
        "Bcc: eve@example.net\nReply-To: Help <help@example.org>\nSubject: Hello\nMessage-ID: <1@example.org>\n"
        "X-Inbox: tenant-1\nX-Tags: red, , blue ,red\n\nSubject: in the body\n"
    )
    assert head(raw) == Head(
        subject="Hello",
        from_=Address("Ann Example", "ann@example.org"),
        to=(Address("", "bob@example.net"), Address("Carl", "carl@example.com")),
        cc=(Address("", "dora@example.net"),),
        bcc=(Address("", "eve@example.net"),),
        reply_to=(Address("Help", "help@example.org"),),
        message_id="1@example.org",
        inbox="tenant-1",
        tags=("red", "blue"),
    )


def test_what_a_mail_refers_to() -> None:
    raw = crlf("References: <a@x.org>\n <b@x.org>\nIn-reply-to: Your mail <b@x.org> of <c@x.org>, <>, < d >\n\n")
    assert head(raw).refers == ("a@x.org", "b@x.org", "c@x.org")
    many = " ".join(f"<{number}@x.org>" for number in range(99))
    refers = head(crlf(f"References: {many}\n\n")).refers
    assert (len(refers), refers[0], refers[1], refers[-1]) == (limits.REFERENCES, "0@x.org", "68@x.org", "98@x.org")


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\r\nSubject: body\r\n", b"no header at all", b"\n\n\n"])
def test_no_header(raw: bytes) -> None:
    assert head(raw) == Head()


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_line_ends(line_end: bytes) -> None:
    raw = b"Subject: a\n b\nTo: c@d.org\n\nbody\nmore\n".replace(b"\n", line_end)
    assert head(raw) == Head(subject="a b", to=(Address("", "c@d.org"),))
    assert parse(raw).text.split() == ["body", "more"]


def test_a_line_that_is_no_field_is_one_with_any_line_end() -> None:
    for line_end in (b"\r", b"\n", b"\r\n"):
        raw = b"junk" + line_end + b"Subject: Hello" + line_end * 2 + b"body"
        assert head(raw) == parse(raw).head == Head(subject="Hello")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    raw = b"\xef\xbb\xbfSubject: Hello\r\n\r\nbody"
    assert head(raw).subject == "Hello"
    assert parse(raw).text == "body"
    assert parse(raw).defects == ("begins with a byte order mark",)


def test_an_mbox_line_is_skipped() -> None:
    raw = b"From ann@example.org Wed Nov 25 00:00:00 2026\nSubject: Hello\n\nbody"
    assert head(raw).subject == "Hello"
    assert parse(raw).text == "body"


def test_a_forgotten_empty_line_loses_no_text() -> None:
    parsed = parse(b"Subject: Hello\r\nDear Bob,\r\nhow are you: fine?\r\n\r\nAnn\r\n")
    assert parsed.head.subject == "Hello"
    assert parsed.text == "Dear Bob,\r\nhow are you: fine?\r\n\r\nAnn\r\n"
    assert parsed.defects == ("no empty line between header and body",)


def test_a_fold_without_indentation_ends_no_header() -> None:
    parsed = parse(b"X-Trace: one\r\ntwo without indentation\r\nSubject : Hello\r\nFrom: a@b.org\r\n\r\nbody")
    assert parsed.head.subject == "Hello"
    assert parsed.text == "body"
    assert [each.value for each in parsed.headers] == ["one two without indentation", "Hello", "a@b.org"]
    assert parsed.defects == ("1 header line without a field name, read as continued lines",)


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (b"plain", "plain"),
        (b"  blanks around \t", "blanks around"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"\x80 5", "€ 5"),
        (b"\x81", "\x81"),
        (b"tab\there", "tab here"),
        (b"nul\0here", "nul here"),
        (b"\0 nul around \0", "nul around"),
        (b"=?utf-8?q?line=0Abreak?=", "line break"),
        (b"\x1b$BF|K\\8l\x1b(B", "日本語"),
        (b"a\r\n\tb\r\n c", "a b c"),
    ],
)
def test_values(value: bytes, decoded: str) -> None:
    assert decode(value) == decoded


def test_8_bit_bytes_are_of_the_charset_of_the_mail() -> None:
    raw = "Subject: 您的订单\r\nContent-Type: text/plain; charset=gbk\r\n\r\n您的订单".encode("gbk")
    assert head(raw).subject == "您的订单"
    assert parse(raw).headers[0].value == "您的订单"


def test_a_field_for_display_keeps_its_folding() -> None:
    shown = header((b"SUBJECT", b" =?utf-8?q?=C3=A4?=\r\n b\r"))
    assert (shown.name, shown.raw, shown.value) == ("SUBJECT", "=?utf-8?q?=C3=A4?=\r\n b", "ä b")


def test_repeated_fields() -> None:
    found = head(b"To: a@x.org\r\nTo: b@x.org\r\nSubject: first\r\nSubject: second\r\n\r\n")
    assert [to.address for to in found.to] == ["a@x.org", "b@x.org"]
    assert found.subject == "first"


@pytest.mark.parametrize("value", [b"<1@x.org>", b" 1@x.org ", b"<1@x.org", b"junk <1@x.org> (c)", b"< 1@x.org >"])
def test_message_ids(value: bytes) -> None:
    assert message_id(value) == "1@x.org"


def test_the_number_of_fields_is_limited_and_told() -> None:
    raw = b"".join(b"X-%d: v\r\n" % number for number in range(limits.HEADER_FIELDS + 1)) + b"\r\nbody"
    block = split(raw)
    assert len(block.fields) == limits.HEADER_FIELDS
    assert "header fields" in block.defects[0]
    assert parse(raw).text == "body"


def test_a_header_as_long_as_a_mail_may_be() -> None:
    began = time.perf_counter()
    for raw in (
        b"Subject: " + b"x" * 20_000_000,
        b"Subject: x\r\n" + b"line of text\r\n" * 1_000_000,
        b"a: b\n" * 4_000_000,
    ):
        head(raw)
    assert time.perf_counter() - began < 5.0


def test_head_does_not_look_at_the_body() -> None:
    raw = b"Subject: x\r\n\r\n" + b"y" * 50_000_000
    head(raw)
    began = time.perf_counter()
    for _ in range(100):
        head(raw)
    assert (time.perf_counter() - began) / 100 < 0.001


def test_a_row_stays_small_whatever_the_header() -> None:
    many = b", ".join(b"a%d@example.org" % number for number in range(100_000))
    found = head(b"To: " + many + b"\r\nCc: " + b"c@example.org\r\nCc: " * 4_000 + b"\r\nSubject: " + b"x" * 1_000_000)
    assert found.to == tuple(Address("", f"a{number}@example.org") for number in range(limits.ADDRESSES))
    assert len(found.cc) == limits.ADDRESSES
    assert len(head(b"Subject: " + b"x" * 1_000_000).subject) <= limits.TEXT_FIELD


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("To: " + ", ".join(["a@example.org"] * (limits.ADDRESSES + 1)), "To"),
        ("To: a@example.org\r\n" * (limits.ADDRESSES + 1), "To"),
        ("Cc: " + "a" * limits.ADDRESS_FIELD, "Cc"),
        ("Cc: " + f"{'a' * limits.ADDRESS_FIELD}\r\nCc: b@example.org", "Cc"),
        ("Subject: " + "a" * limits.TEXT_FIELD, "Subject"),
    ],
    ids=["one field", "many fields", "long field", "field behind a long one", "text"],
)
def test_what_a_row_leaves_out_is_told(header: str, told: str) -> None:
    parsed = parse(f"{header}\r\n\r\n".encode())
    assert parsed.defects == (f"{told} is too long: the rest of it is in the source alone",)


def test_what_a_row_holds_whole_is_not_told() -> None:
    addresses = ", ".join(["a@example.org"] * limits.ADDRESSES)
    subject = "a" * (limits.TEXT_FIELD - 2)  # the blank before it and the CR behind it count
    parsed = parse(f"To: {addresses}\r\nSubject: {subject}\r\nSubject: {subject}x\r\n\r\n".encode())
    assert (len(parsed.head.to), parsed.head.subject, parsed.defects) == (limits.ADDRESSES, subject, ())

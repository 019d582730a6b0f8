"""The tree: paths, broken boundaries, nested messages, limits, and no quadratic time."""

import time

import pytest

from mailtrap_local import limits
from mailtrap_local.mime import content, digest, parse
from mailtrap_local.mime.structure import tree
from mailtrap_local.model import Part
from tests.mime.mails import crlf, encoded, nested, wide


def outline(part: Part) -> list[str]:
    """Path and type of each part, depth first."""
    return [f"{part.path} {part.content_type}"] + [line for child in part.children for line in outline(child)]


def test_paths_as_mailpit_has_them() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n"
        "--b\n\ntext\n--b\nContent-Type: multipart/related; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>\n"
        "--c\nContent-Type: image/png\nContent-ID: <i>\n\nPNG\n--c--\n--b--\n"
        "--a\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n--a--\n"
    )
    assert outline(parse(raw).root) == [
        "0 multipart/mixed",
        "1.0 multipart/alternative",
        "1.1 text/plain",
        "1.2.0 multipart/related",
        "1.2.1 text/html",
        "1.2.2 image/png",
        "2 application/pdf",
    ]
    for path, data in (("1.1", b"text"), ("1.2.2", b"PNG"), ("2", b"PDF")):
        found = content(raw, path)
        assert found is not None and found[1] == data


def test_a_mail_of_one_part_is_part_0() -> None:
    part, data = content(b"Subject: x\r\n\r\nbody", "0") or (None, b"")
    assert part is not None and part.size == 4 and data == b"body"


def test_a_message_inside_has_its_parts_below_it() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nsee below\n--a\nContent-Type: message/rfc822\n\n"
        "Subject: inner\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ninner text\n--b--\n\n--a--\n"
    )
    parsed = parse(raw)
    assert outline(parsed.root) == [
        "0 multipart/mixed",
        "1 text/plain",
        "2 message/rfc822",
        "2.1.0 multipart/mixed",
        "2.1.1 text/plain",
    ]
    assert parsed.root.children[1].children[0].headers[0].value == "inner"
    assert parsed.text == "see below"
    assert "inner text" in digest(raw).text
    found = content(raw, "2")
    assert found is not None and found[1].startswith(b"Subject: inner")


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_a_mail_that_is_a_message_shows_what_is_in_it(encoding: str) -> None:
    inner = "Subject: inner\n\nhello\n"
    body = encoded(inner.encode()) if encoding == "base64" else inner
    raw = crlf(f"Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{body}")
    assert outline(parse(raw).root) == ["0 message/rfc822", "1 text/plain"]
    assert parse(raw).text.strip() == "hello"


def test_multipart_digest_holds_messages() -> None:
    raw = crlf(
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst\n"
        "--b\n\nSubject: two\n\nsecond\n--b--\n"
    )
    assert [line.split()[0] for line in outline(parse(raw).root)] == ["0", "1", "1.1", "2", "2.1"]
    assert digest(raw).text.split() == ["first", "second"]


@pytest.mark.parametrize(
    ("content_type", "defect"),
    [
        ("multipart/mixed", "the boundary that Content-Type names does not occur"),
        ("multipart/mixed; boundary=other", "the boundary that Content-Type names does not occur"),
        ('multipart/mixed; boundary=""', "the boundary that Content-Type names does not occur"),
        ('multipart/mixed; boundary="B"', "the boundary that Content-Type names does not occur"),
    ],
)
def test_a_wrong_boundary_is_read_off_the_body(content_type: str, defect: str) -> None:
    body = "--b\nContent-Type: text/plain\n\none\n--b\nContent-Type: text/html\n\n<p>two\n--b--\n"
    parsed = parse(crlf(f"Content-Type: {content_type}\n\n{body}"))
    assert (parsed.text, parsed.html) == ("one", "<p>two")
    assert any(each.startswith(defect) for each in parsed.defects)


def test_a_multipart_without_any_boundary_is_shown_as_text() -> None:
    parsed = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\nJust text.\r\n")
    assert parsed.text == "Just text.\r\n"
    assert parsed.root.content_type == "text/plain"
    assert parsed.defects == ("multipart/mixed without any boundary, shown as text",)


def test_a_missing_end_is_told_and_nothing_is_lost() -> None:
    parsed = parse(crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo"))
    assert parsed.text == "one\n--\ntwo"
    assert parsed.defects == ("no closing boundary",)


@pytest.mark.parametrize(
    "types",
    [
        ["text/plain", "multipart/mixed; boundary=b"],
        ["multipart/mixed; boundary=b", "text/plain"],
        ["multipart/mixed; boundary=wrong", "multipart/mixed; boundary=b"],
        ["garbage", "multipart/mixed; boundary=b"],
    ],
)
def test_of_two_content_types_the_one_that_fits_counts(types: list[str]) -> None:
    header = "".join(f"Content-Type: {each}\n" for each in types)
    parsed = parse(crlf(f"{header}\n--b\n\nbehind it\n--b--\n"))
    assert parsed.text == "behind it"
    assert "more than one Content-Type" in parsed.defects


@pytest.mark.parametrize("value", ["text", "/", "text/plain/x", "\x01", "te xt/plain", "; charset=utf-8"])
def test_a_malformed_content_type_is_text(value: str) -> None:
    parsed = parse(crlf(f"Content-Type: {value}\n\nbody"))
    assert parsed.text == "body"
    assert parsed.root.content_type == "text/plain"


def test_200_levels() -> None:
    parsed = parse(nested(200))
    assert parsed.text.startswith("text 0\n--\ntext 1\n--\n")
    assert f"deeper than {limits.MIME_DEPTH} levels" in parsed.defects[-1]
    assert len(parsed.text.split("\n--\n")) == limits.MIME_DEPTH


def test_200_messages_inside_one_another() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 200 + b"Subject: x\r\n\r\ndeep"
    assert len(tree(raw)) == limits.MIME_DEPTH + 1
    digest(raw)


def test_10_000_parts() -> None:
    began = time.perf_counter()
    parsed = parse(wide(10_000))
    assert len(parsed.root.children) == 10_000
    assert parsed.text.endswith("\n--\npart 10000")
    assert parsed.defects == ()
    assert time.perf_counter() - began < 10.0


def test_more_parts_than_may_be() -> None:
    parsed = parse(wide(limits.MIME_PARTS + 5))
    assert len(parsed.root.children) == limits.MIME_PARTS
    assert parsed.defects == (f"more than {limits.MIME_PARTS} parts: the rest is not shown",)


MB50 = 50_000_000
MB10 = 10_000_000


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\r\n\r\n" + b"A line of text that goes on for a while.\r\n" * (MB50 // 42),
        b"x" * MB50,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + (b"QUJD" * 19 + b"\r\n") * (MB50 // 78),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + b"--bx\r\n" * (MB10 // 6),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * (MB10 // 5),
        b"Content-Type: multipart/mixed\r\n\r\n" + b"\r\n--" * (MB10 // 4),
        b"Content-Type: text/html\r\n\r\n" + b"<p class='x'>text &amp; more</p>" * (MB10 // 64),
        nested(90, text="x" * MB10),
        b"Subject: x\r\n\r\n" + b"\r" * MB10,
        b"\0" * MB10,
        b"a: b\r\n" * (MB10 // 6),
    ],
    ids=[
        "text", "one line", "base64", "almost boundaries", "empty parts", "dashes", "html", "90 levels", "bare CR",
        "NUL", "fields",
    ],
)  # fmt: skip
def test_large_mails_take_linear_time(raw: bytes) -> None:
    began = time.perf_counter()
    digest(raw)
    parse(raw)
    assert time.perf_counter() - began < 20.0

"""Whatever a client sends: nothing raises, and what comes out is clean Unicode that fits JSON."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.mime import content, digest, head, parse, read
from mailtrap_local.mime.preview import preview
from mailtrap_local.model import Part
from tests.mime.mails import Sent, mails, sound

# Pieces that lead into every corner of the code; random bytes alone would never come there.
PIECES = st.sampled_from(
    [
        b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\0", b"\xef\xbb\xbf", b"From x@y\n", b":", b";", b'"',
        b"\\", b"(", b")", b"<", b">", b",", b"@", b"=", b"--", b"--b", b"--b--", b"\xff\xfe", b"\xc3\xa4",
        b"\xed\xa0\x80", b"=?", b"?=", b"=?utf-8?q?=C3=A4?=", b"=?utf-7?q?+2AA-?=", b"=?x-none?b?////?=",
        b"=?unicode_escape?q?=5Cud800?=", b"=?utf-16?b?2AA=?=", b"Subject: ", b"From: ", b"To: ", b"Date: ",
        b"Message-ID: <a@b>", b"X-Tags: a, b", b"Content-Type: ", b"text/plain", b"text/html",
        b"multipart/mixed; boundary=b", b'multipart/alternative; boundary="b"', b"multipart/digest; boundary=b",
        b"message/rfc822", b"; charset=utf-7", b"; charset=unicode_escape", b"; charset=shift_jis",
        b"; charset=rot13", b"; charset=utf-16", b"; name*0*=utf-8''%ed%a0%80; name*1=x", b"; name*x=1",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode", b"Content-Disposition: attachment", b"; filename=a.txt",
        b"Content-ID: <c@d>", b"begin 644 x\n", b"+2AA-", b"=D8", b"QUJD", b"QUJDR", b"&#xd800;", b"&#0;", b"<html>",
        b"<style>", b"</style>", b"<img src='cid:c@d'>", b"<a href=http://x.org/?a=1&amp;b>", b"<!--",
        b"<!doctype html>", b"<base href=x>", b"your code is 123456", b"http://x.org/",
    ]
)  # fmt: skip
BYTES = st.lists(PIECES | st.binary(max_size=8), max_size=60).map(b"".join)


def all_parts(part: Part) -> list[Part]:
    return [part] + [below for child in part.children for below in all_parts(child)]


def check(raw: bytes) -> None:
    parsed = parse(raw)
    assert sound(head(raw)) and sound(digest(raw)) and sound(parsed)
    assert read(raw) == (parsed.head, digest(raw)) == (head(raw), digest(raw))
    paths = [part.path for part in all_parts(parsed.root)]
    assert len(paths) == len(set(paths))
    for path in paths[:5]:
        found = content(raw, path)
        assert found is not None and found[0].path == path
    assert content(raw, "99.99") is None
    preview(raw).html.encode()
    for text in (parsed.text, parsed.html, parsed.head.subject):
        assert "\0" not in text


@settings(max_examples=600, deadline=None)
@given(BYTES)
def test_pieces_of_mail(raw: bytes) -> None:
    check(raw)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_random_bytes(raw: bytes) -> None:
    check(raw)


@settings(max_examples=100, deadline=None)
@given(mails(), st.data())
def test_mutilated_mails(sent: Sent, data: st.DataObject) -> None:
    raw = bytearray(sent.raw)
    for _ in range(data.draw(st.integers(1, 10))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(PIECES)
    check(bytes(raw))


@settings(max_examples=100, deadline=None)
@given(mails(), st.integers(0, 3000))
def test_cut_mails(sent: Sent, length: int) -> None:
    check(sent.raw[:length])

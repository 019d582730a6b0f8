"""Our parse against the standard library's: where that one understands a mail, both must say the same."""

import base64
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.mime import content, head, parse
from mailtrap_local.mime.structure import Node, tree
from mailtrap_local.model import Address
from tests.mime.mails import CHARSETS, SENTENCES, Sent, crlf, mails


def theirs(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def their_leaves(raw: bytes) -> list[tuple[str, bytes, str]]:
    """Type, decoded bytes and file name of each part that holds something."""
    leaves = []
    for part in theirs(raw).walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            leaves.append((part.get_content_type(), data, part.get_filename() or ""))
    return leaves


def our_leaves(raw: bytes) -> list[tuple[str, bytes, str]]:
    def holds(node: Node) -> bool:
        return not (node.is_multipart or node.content_type == "message/rfc822")

    return [(node.content_type, node.content(), node.filename) for node in tree(raw) if holds(node)]


@settings(max_examples=100, deadline=None)
@given(mails())
def test_well_formed_mail(sent: Sent) -> None:
    parsed = parse(sent.raw)
    assert parsed.defects == ()
    assert parsed.head.subject == sent.subject == str(theirs(sent.raw)["subject"]).strip()
    assert parsed.text == sent.text.replace("\n", "\r\n")
    assert parsed.html == sent.html.replace("\n", "\r\n")
    found = [content(sent.raw, part.path) for part in parsed.attachments]
    assert [(part.filename, data) for part, data in filter(None, found)] == list(sent.files)
    assert our_leaves(sent.raw) == their_leaves(sent.raw)


@settings(max_examples=100, deadline=None)
@given(mails())
def test_bare_line_feeds_give_the_same_tree(sent: Sent) -> None:
    raw = sent.raw.replace(b"\r\n", b"\n")
    assert our_leaves(raw) == their_leaves(raw)
    assert head(raw) == head(sent.raw)


_TOKEN = st.text("abcdefgh0123456789.-_", min_size=1, max_size=12).filter(lambda text: text.strip(".") == text)
_SPEC = st.builds("{}@{}.org".format, _TOKEN, _TOKEN)
_DISPLAY = st.text("abc ÄöДя日本,.:;()<>@\"\\'", max_size=20).map(lambda text: " ".join(text.split()))


def written(name: str, spec: str, *, encode: bool) -> str:
    """A mailbox as a mailer may write it."""
    if not name:
        return spec
    if encode or not name.isascii():
        return f"{Header(name, 'utf-8').encode(linesep='')} <{spec}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{spec}>'


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_DISPLAY, _SPEC, st.booleans()), min_size=1, max_size=5))
def test_address_lists(boxes: list[tuple[str, str, bool]]) -> None:
    value = ", ".join(written(name, spec, encode=encode) for name, spec, encode in boxes)
    to = head(f"To: {value}\r\n\r\n".encode()).to
    assert to == tuple(Address(name, spec) for name, spec, _ in boxes)
    assert [each.address for each in to] == [spec for _, spec in getaddresses([value])]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_charsets_of_bodies(charset: str, encoding: str) -> None:
    data = SENTENCES[charset].encode(charset)
    body = base64.encodebytes(data) if encoding == "base64" else data
    lead = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    raw = lead.encode() + body
    parsed = parse(raw)
    assert parsed.text == SENTENCES[charset] == theirs(raw).get_content().rstrip("\n")
    assert parsed.defects == ()


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("encoding", ["b", "q"])
def test_charsets_of_subjects(charset: str, encoding: str) -> None:
    words = SENTENCES[charset].encode(charset)
    text = base64.b64encode(words).decode() if encoding == "b" else "".join(f"={byte:02X}" for byte in words)
    raw = f"Subject: =?{charset}?{encoding}?{text}?=\r\n\r\n".encode()
    assert head(raw).subject == SENTENCES[charset] == str(theirs(raw)["subject"])


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=150))
def test_subjects_as_header_encodes_them(text: str) -> None:
    subject = " ".join(text.split())
    raw = b"Subject: " + Header(subject, "utf-8").encode().replace("\n", "\r\n").encode() + b"\r\n\r\n"
    assert head(raw).subject == subject


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=150))
def test_file_names_as_rfc_2231_has_them(text: str) -> None:
    name = "".join(text.split()) or "x"
    message = EmailMessage(policy.SMTP)
    message.set_content(b"x", maintype="application", subtype="pdf", filename=name)
    assert parse(message.as_bytes()).attachments[0].filename == name


HAND_MADE = {
    "preamble and epilogue": "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b--\nepilogue\n",
    "no closing boundary": "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: a/b\n\ntwo",
    "empty parts": "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b\n\n--b--\n",
    "outer boundary ends the inner": (
        "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: multipart/alternative; boundary=in\n\n"
        "--in\n\none\n--out\n\ntwo\n--out--\n"
    ),
    "boundary that begins like another": (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n"
        "--bb\n\none\n--bb--\n--b\n\ntwo --b\n --b\n--bx\n--b--\n"
    ),
    "blanks behind the boundary": "Content-Type: multipart/mixed; boundary=b\n\n--b  \t\n\none\n--b--  \n",
    "digest": "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\nhello\n--b--\n",
    "message inside": "Content-Type: message/rfc822\n\nSubject: in\n\nhello\n",
    "quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc =\n=C3=A4\n",
    "base64 without padding": "Content-Transfer-Encoding: base64\n\naGVsbG8\n",
    "no body": "Subject: x\n\n",
    "no empty line": "Subject: x\nbody\nmore\n",
    "no header": "\nbody\n",
    "folded fields": "Subject: a\n b\n\tc\nContent-Type: text/plain;\n charset=utf-8;\n\tformat=flowed\n\nbody\n",
    "segments": "Content-Type: application/pdf;\n name*0*=iso-8859-1'de'%E4;\n name*1*=%F6;\n name*2=x.pdf\n\nx\n",
    "quoted name": 'Content-Type: application/pdf; name="a \\"b\\"; c.pdf"\n\nx\n',
    "encoded word as name": 'Content-Disposition: attachment; filename="=?utf-8?q?=C3=A4.txt?="\n\nx\n',
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_hand_made_mail(name: str) -> None:
    raw = crlf(HAND_MADE[name])
    assert our_leaves(raw) == their_leaves(raw)
    message = theirs(raw)
    assert head(raw).subject == str(message["subject"] or "").replace("\t", " ")


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("ann@example.org (Ann)", "Ann", "ann@example.org"),
        ("(comment) Ann <ann@example.org>", "Ann", "ann@example.org"),
        ("Ann (of (the) house) Example <ann@example.org>", "Ann Example", "ann@example.org"),
        ('"ann example"@example.org', "", '"ann example"@example.org'),
        ('"Example, Ann" <ann@example.org>', "Example, Ann", "ann@example.org"),
        ("Ann =?utf-8?q?=C3=84?= <ann@example.org>", "Ann Ä", "ann@example.org"),
        ("ann@[192.0.2.1]", "", "ann@[192.0.2.1]"),
        ("Ann\r\n Example <ann@example.org>", "Ann Example", "ann@example.org"),
    ],
)
def test_address_forms(value: str, name: str, address: str) -> None:
    to = head(f"To: {value}\r\n\r\n".encode()).to
    assert to == (Address(name, address),)
    assert getaddresses([value.replace("\r\n", "")])[0][1] == address

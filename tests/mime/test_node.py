"""One body part: transfer encodings, disposition and name, charset."""

import pytest

from mailtrap_local.mime import content, parse
from mailtrap_local.mime.structure import tree
from tests.mime.mails import crlf


@pytest.mark.parametrize(
    ("encoding", "body", "data", "told"),
    [
        ("base64", "aGVsbG8=", b"hello", ""),
        ("BASE64 (comment)", "aGVsbG8=", b"hello", ""),
        ("base64", "aGVs!!bG8", b"hello", "broken base64"),
        ("quoted-printable", "a=3D=\r\nb=zz=4", b"a=b=zz=4", ""),
        ("x-uuencode", "begin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n", b"hello", ""),
        ("x-uuencode", "begin 644 x\r\n%:&5L;&\\\r\n\x7f\x7f\x7f\r\n", b"hello", "broken uuencoding"),
        ("binary", "as it is", b"as it is", ""),
        ("x-none", "as it is", b"as it is", "unknown transfer encoding 'x-none'"),
    ],
)
def test_transfer_encodings(encoding: str, body: str, data: bytes, told: str) -> None:
    raw = f"Content-Type: application/x-y\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}".encode("latin-1")
    found = content(raw, "0")
    assert found is not None and found[1] == data
    defects = parse(raw).defects
    assert not defects if not told else defects[0].startswith(told)


@pytest.mark.parametrize(
    ("header", "disposition", "filename"),
    [
        ("Content-Disposition: attachment; filename=a.txt", "attachment", "a.txt"),
        ("Content-Disposition: INLINE; filename=a.txt", "inline", "a.txt"),
        ("Content-Disposition: form-data; filename=a.txt", "attachment", "a.txt"),
        ("Content-Type: text/plain; name=a.txt", "", "a.txt"),
        ("Content-Type: text/plain; name=b.txt\nContent-Disposition: inline; filename=a.txt", "inline", "a.txt"),
        ("Content-Type: attachment; filename=a.txt", "attachment", "a.txt"),
        ("Content-Type: text/plain", "", ""),
        ('Content-Disposition: attachment; filename="../../a\tb"', "attachment", "../../a b"),
    ],
)
def test_disposition_and_name(header: str, disposition: str, filename: str) -> None:
    node = tree(crlf(f"{header}\n\nx"))[0]
    assert (node.disposition, node.filename) == (disposition, filename)


@pytest.mark.parametrize("value", ["<a@b>", " a@b ", "<a@b", "junk <a@b>"])
def test_content_ids(value: str) -> None:
    assert tree(crlf(f"Content-ID: {value}\n\nx"))[0].content_id == "a@b"

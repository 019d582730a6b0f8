"""What a row counts of links and codes is what the message lists, whatever the mail."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local import mime

PIECES = [
    "<a href=https://x.org>", "<a href='", "'>", "</a>", "<a ", "href", "=", "https://y.org/a", "mailto:b@x.org",
    "<!--", "-->", "<base href=https://z.org/>", "<a href=b>", "<script>", "</script>", "&amp;", "myapp://c",
    "javascript:d", " ", "\r\n", "Your code is ", "123456", "654 321", "AB-", "X7K2P9", "1", "<b>", "код", "コード",
    "İ", "４８２９", ".", ":", "PIN", "codes", "$",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
SHAPES = st.sampled_from(["text/plain", "text/html", "both", "two", "inside"])


def mail(shape: str, first: str, second: str) -> bytes:
    one, two = first.encode(), second.encode()
    plain = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    if shape in ("text/plain", "text/html"):
        return (plain if shape == "text/plain" else html) + one
    if shape == "inside":
        return b"Content-Type: message/rfc822\r\n\r\n" + html + one
    kind, other = (b"alternative", html) if shape == "both" else (b"mixed", plain)
    pieces = (b"Content-Type: multipart/", kind, b"; boundary=bnd", b"\r\n\r\n--bnd\r\n", plain, one)
    return b"".join((*pieces, b"\r\n--bnd\r\n", other, two, b"\r\n--bnd--\r\n"))


@settings(max_examples=400, deadline=None)
@given(SHAPES, TEXT, TEXT)
def test_rows_and_messages_agree(shape: str, first: str, second: str) -> None:
    raw = mail(shape, first, second)
    digest, parsed = mime.digest(raw), mime.parse(raw)
    assert digest.links == len({link.url for link in parsed.links})
    assert digest.codes == len(parsed.codes)
    assert len(set(parsed.links)) == len(parsed.links)

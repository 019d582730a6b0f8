"""The folded columns, which the table message holds as they are here."""

from mailtrap_local.model import Address, Digest, Entry, Envelope, Head, Origin, Recipient
from mailtrap_local.search.document import Document, columns, free_text

HEAD = Head(
    subject="  Größe\r\n 2 ",
    from_=Address("Ann  LEE", "Ann@X.org"),
    to=(Address("", "bob@y.org"), Address("Eva\n", "eva@z.org")),
    cc=(Address("C", "c@x.org"),),
    bcc=(Address("", "b@x.org"),),
    reply_to=(Address("R", "r@x.org"),),
    message_id="ABC@x.org",
    refers=("Q@x.org",),
)
ENVELOPE = Envelope("Bounce@x.org", (), (Recipient("bob@y.org"), Recipient("B@x.org")))
DIGEST = Digest("s", "Hello\n\nWORLD", 1, 2, ("Plan B.pdf", "nul\0.txt"), 3, 4)


def test_columns() -> None:
    entry = Entry(b"raw", ENVELOPE, Origin(), HEAD, "shop", ("News",), 7, DIGEST)
    assert columns(entry) == Document(
        subject="grösse 2",
        message_id="abc@x.org",
        thread="\nabc@x.org\nq@x.org\n",
        sender="\nann lee\tann@x.org\n",
        recipients="\n\tbob@y.org\neva\teva@z.org\n",
        cc="\nc\tc@x.org\n",
        bcc="\n\tb@x.org\n",
        reply_to="\nr\tr@x.org\n",
        rcpt="\n\tbob@y.org\n\tb@x.org\n",
        mail_from="bounce@x.org",
        text="ann lee <ann@x.org>\ngrösse 2\nbob@y.org\neva <eva@z.org>\nc <c@x.org>\nb@x.org\nr <r@x.org>"
        "\nbounce@x.org\nhello world\nplan b.pdf\nnul\ufffd.txt",
        inbox="shop",
        created=7,
        size=3,
        read=False,
        attachments=1,
        inlines=2,
        links=3,
        codes=4,
        tags=("News",),
        raw=b"raw",
    )


def test_an_empty_mail_has_empty_columns() -> None:
    entry = Entry(b"", Envelope(), Origin(), Head(), "default", (), 0)
    assert columns(entry) == Document(inbox="default")


def test_without_a_digest_the_text_is_that_of_the_header() -> None:
    entry = Entry(b"", ENVELOPE, Origin(), HEAD, "default", (), 0)
    assert columns(entry).text == free_text(HEAD, ENVELOPE, Digest())
    assert "grösse" in columns(entry).text

"""`mailtrap-local send`: from flags, from a file, by SMTP and by HTTP."""

import email
import email.policy
from pathlib import Path

import bcrypt
import pytest

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import running
from tests.cli.commands import Ended, command


async def source(server: Server, ended: Ended) -> bytes:
    """The mail that was sent, as it was caught."""
    (name,) = ended.fine().lines
    return await server.mailbox.raw(name)


async def test_a_mail_of_flags(server: Server, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Grüße</p>")
    (tmp_path / "bill.pdf").write_bytes(b"%PDF\0\xff")
    line = [
        *("--from", "Äpp <app@example.com>", "--to", "Ann Lee <ann@example.com>", "--to", "bob@example.com"),
        *("--cc", "cc@example.com", "--bcc", "blind@example.com", "--reply-to", "r@example.com", "--subject", "Grüße"),
        *("--text", "Hallo ✓", "--html", "page.html", "--attach", "bill.pdf", "--header", "X-Tenant: blue"),
    ]
    ended = await command(server, "send", *line, folder=tmp_path)
    mail = email.message_from_bytes(await source(server, ended), policy=email.policy.default)
    assert (mail["From"], mail["To"]) == ("Äpp <app@example.com>", "Ann Lee <ann@example.com>, bob@example.com")
    assert (mail["Cc"], mail["Bcc"], mail["Reply-To"]) == ("cc@example.com", None, "r@example.com")
    assert (mail["Subject"], mail["X-Tenant"]) == ("Grüße", "blue")
    assert mail["Date"]
    assert mail["Message-ID"]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content(), html.get_content()) == ("Hallo ✓\r\n", "<p>Grüße</p>\r\n")
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("bill.pdf", "application/pdf")
    assert file.get_content() == b"%PDF\0\xff"
    record = await server.mailbox.record(ended.lines[0])
    assert record.envelope.mail_from == "app@example.com"
    named = [each.address for each in record.envelope.recipients]
    assert named == ["ann@example.com", "bob@example.com", "cc@example.com", "blind@example.com"]
    assert record.origin.session


async def test_little_is_enough(server: Server) -> None:
    mail = await source(server, await command(server, "send", "--to", "ann@example.com"))
    assert b"\r\nTo: ann@example.com\r\n" in mail


async def test_text_from_standard_input(server: Server) -> None:
    ended = await command(server, "send", "--to", "a@x.org", "--text", "@-", given="Grüße\n".encode())
    mail = email.message_from_bytes(await source(server, ended), policy=email.policy.default)
    assert mail.get_content() == "Grüße\r\n"
    ended = await command(server, "send", "--to", "a@x.org", "--text", "@-", given=b"\xff")
    assert (ended.code, ended.out) == (2, "")
    assert "is no UTF-8 text" in ended.err


RAW = b"From: Ann <ann@x.org>\r\nTo: bob@y.org\r\nBcc: blind@z.org\r\nSubject: raw\r\n\r\n.dot\r\nGr\xfc\xdfe\r\n"


async def test_a_whole_mail_as_it_is_by_smtp(server: Server, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(RAW)
    ended = await command(server, "send", "mail.eml", folder=tmp_path)
    assert await source(server, ended) == RAW
    envelope = (await server.mailbox.record(ended.lines[0])).envelope
    assert (envelope.mail_from, [each.address for each in envelope.recipients]) == (
        "ann@x.org",
        ["bob@y.org", "blind@z.org"],
    )
    bare = await command(server, "send", "-", "--from", "", "--to", "else@x.org", given=b"Subject: lf\n\nhi\n")
    assert await source(server, bare) == b"Subject: lf\r\n\r\nhi\r\n"
    envelope = (await server.mailbox.record(bare.lines[0])).envelope
    assert (envelope.mail_from, [each.address for each in envelope.recipients]) == ("", ["else@x.org"])


async def test_by_http_to_the_byte(server: Server) -> None:
    raw = b"Subject: lf\nX: \0\n\nbare\rcr, no end"
    ended = await command(server, "send", "--http", "-", "--to", "bob@y.org", "--inbox", "blue", given=raw)
    assert await source(server, ended) == raw
    record = await server.mailbox.record(ended.lines[0])
    assert (record.summary.inbox, record.origin.session) == ("blue", "")


async def test_an_inbox_is_a_login(server: Server) -> None:
    ended = await command(server, "send", "--to", "ann@x.org", "--inbox", "blue", "--json")
    record = await server.mailbox.record(ended.fine().json["ID"])
    assert (record.summary.inbox, record.summary.username) == ("blue", "blue")


async def test_smtp_alone_is_enough(server: Server) -> None:
    where = ["--smtp", f"127.0.0.1:{server.smtp_port}", "--url", "http://127.0.0.1:1"]
    await source(server, await command(None, "send", "--to", "ann@x.org", *where))
    ended = await command(None, "send", "--to", "ann@x.org", "--smtp", "127.0.0.1:1")
    assert (ended.code, ended.out) == (3, "")
    assert "No SMTP server answers at 127.0.0.1:1" in ended.err


async def test_a_login_may_be_refused(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_bytes(b"ann:" + bcrypt.hashpw(b"secret", bcrypt.gensalt(4)) + b"\n")
    async with running(smtp_auth_file=users) as (server, _):
        ended = await command(server, "send", "--to", "a@x.org", "--smtp-auth", "ann:wrong")
        assert (ended.code, ended.out) == (4, "")
        assert "The server refused the login of 'ann': 535" in ended.err
        (await command(server, "send", "--to", "a@x.org", "--smtp-auth", "ann:secret")).fine()


async def test_under_tls() -> None:
    async with running(tls_required=True, smtp_tls_port=0) as (server, _):
        bare = await command(server, "send", "--to", "ann@x.org")
        assert (bare.code, bare.out) == (4, "")
        assert "530" in bare.err
        ended = (await command(server, "send", "--to", "ann@x.org", "--starttls")).fine()
        assert (await server.mailbox.record(ended.lines[0])).origin.tls.startswith("TLSv1")
        where = f"127.0.0.1:{server.smtp_port}"
        async with running() as (other, _):  # which says nothing of a certificate
            ended = await command(other, "send", "--to", "ann@x.org", "--starttls", "--smtp", where)
            assert (ended.code, ended.out) == (1, "")


async def test_a_refusal_is_told_with_code_4() -> None:
    async with running(max_message_size=2_000) as (server, _):
        ended = await command(server, "send", "--to", "ann@x.org", "--text", "x" * 5_000)
        assert (ended.code, ended.out) == (4, "")
        assert "The server refused the mail: 552" in ended.err
        assert (await server.mailbox.page(Selection(), limit=1)).total == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--to", "a@x.org", "--attach", "gone.pdf"], 4, "gone.pdf: No such file or directory"),
        (["gone.eml"], 4, "gone.eml: No such file or directory"),
        (["-"], 2, "There is no mail in -."),
        (["-", "--subject", "x"], 2, "FILE is a whole mail: --subject would change it"),
        (["--to", "a@x.org", "--subject", "two\nlines"], 2, "Such a mail cannot be"),
        (["--to", "a@x.org\r\nRCPT TO:<b@x.org>"], 2, "Such a mail cannot be"),
        (["--http", "--bcc", "a@x.org\r\nRCPT TO:<b@x.org>"], 2, "is no mail address"),
    ],
)
async def test_what_cannot_be_sent_is_told(arguments: list[str], code: int, sentence: str, server: Server) -> None:
    ended = await command(server, "send", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert sentence in ended.err
    assert (await server.mailbox.page(Selection(), limit=1)).total == 0

"""What is remarked of a mail that a strict server would not take as it is; and nothing of a mail that is in order."""

import smtplib
from email.message import EmailMessage

import pytest

from mailtrap_local.doctor.explain import explain
from tests.smtp.talking import Client, Running, texts

LONG = b"x" * 999


@pytest.mark.parametrize(
    ("mail", "remark", "name"),
    [
        (b"a\nb\nc", "2 lines that end with a bare line feed", "bare-line-feed"),
        (b"a\rb", "a carriage return that no line feed follows", "bare-carriage-return"),
        (b"a\r\n" + LONG, "a line of over 998 bytes", "long-line"),
        (b"a\0b", "a NUL byte", "nul-byte"),
        ("grün".encode(), "bytes over 127", "unannounced-8bit"),
    ],
)
async def test_a_habit_is_told_and_explained(
    front: Running, client: Client, mail: bytes, remark: str, name: str
) -> None:
    await client.begin()
    assert (await client.mail(mail)).startswith("250 ")
    session = await front.session()
    remarks = [text for text in texts(session, "-") if text.startswith("the mail has")]
    assert len(remarks) == 1 and remark in remarks[0]
    assert [finding.name for finding in explain(session) if finding.name != "no-quit"] == [name]
    assert front.mailbox.arrivals[0].raw == mail + b"\r\n"  # told, and left as it came


@pytest.mark.parametrize("option", ["BODY=8BITMIME", "body=8bitmime", "SMTPUTF8"])
async def test_8_bit_that_was_announced_is_no_habit(front: Running, client: Client, option: str) -> None:
    await client.begin(f"MAIL FROM:<a@example.com> {option}", "RCPT TO:<b@example.com>", "DATA")
    client.send("grün".encode() + b"\r\n" + LONG[:998] + b"\r\n.\r\n")
    assert (await client.reply()).startswith("250 ")
    assert not [text for text in texts(await front.session(), "-") if text.startswith("the mail has")]


async def test_binary_mail_has_no_lines(front: Running, client: Client) -> None:
    await client.begin("MAIL FROM:<a@example.com> BODY=BINARYMIME", "RCPT TO:<b@example.com>")
    client.send(b"BDAT 6 LAST\r\na\0\n\r\xffb")
    assert (await client.reply()).startswith("250 ")
    assert not [text for text in texts(await front.session(), "-") if text.startswith("the mail has")]


def test_what_a_library_makes_shows_no_habit() -> None:
    from mailtrap_local.smtp import habits
    from mailtrap_local.smtp.transaction import Transaction

    message = EmailMessage()
    message["Subject"] = "Grüße"
    message.set_content("Grüße " * 500)
    message.add_attachment(bytes(range(256)) * 20, maintype="application", subtype="octet-stream")
    assert habits.of(smtplib._fix_eols(message.as_string()).encode(), Transaction()) == []  # type: ignore[attr-defined]

"""`mailtrap-local doctor` as a person runs it."""

import asyncio
import json
import shlex
from pathlib import Path

import pytest

from mailtrap_local.doctor.command import describe
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import plain
from tests.cli.commands import command
from tests.doctor.servers import Script, certificate, listening


async def caught(server: Server) -> int:
    return (await server.mailbox.page(Selection())).total


async def test_a_server_that_is_well(server: Server) -> None:
    ended = await command(None, "doctor", f"smtp://ann%40x.org:secret@localhost:{server.smtp_port}")
    assert (ended.code, ended.err) == (0, "")
    assert ended.lines[0] == f"Doctor of smtp://ann@x.org@localhost:{server.smtp_port}"
    assert ended.lines[-1] == "Mail gets through: the server took sender and recipient. Nothing was sent (--send does)."
    assert "RCPT TO:<ann@x.org>" in ended.out
    assert "secret" not in ended.out
    assert await caught(server) == 0


async def test_with_send_a_mail_arrives(server: Server, tmp_path: Path) -> None:
    where = f"localhost:{server.smtp_port}"
    ended = await command(None, "doctor", where, "--send", "--from", "a@x.org", "--to", "b@y.org", "--to", "c@y.org")
    assert (ended.code, ended.lines[-1][:14]) == (0, "Delivered: 250")
    record = await server.mailbox.record(await server.mailbox.latest(Selection()))
    assert [each.address for each in record.envelope.recipients] == ["b@y.org", "c@y.org"]
    assert record.summary.head.subject == "A test by mailtrap-local doctor"
    file = tmp_path / "mail.eml"
    file.write_bytes(plain("from a file"))
    assert (await command(None, "doctor", where, "--send", "--message", str(file))).code == 0
    record = await server.mailbox.record(await server.mailbox.latest(Selection()))
    assert record.summary.head.subject == "from a file"


async def test_a_fault_is_code_1_and_says_what_to_change() -> None:
    async with listening(Script({"rcpt": "554 5.7.1 Relay access denied"})) as port:
        ended = await command(None, "doctor", f"127.0.0.1:{port}", "--to", "bob@y.org")
    assert (ended.code, ended.err) == (1, "")
    told = " ".join(ended.out.split())
    assert "FAULT relay-denied (at rcpt) Relaying denied" in told
    assert "Change: Log in" in told
    assert "A 5xx reply: trying again will not help. Seen: 554 5.7.1 Relay access denied" in told
    assert "RFC 5321 section 3.6.2" in told
    assert ended.lines[-1] == "Mail does not get through; see the faults above."


async def test_as_json() -> None:
    async with listening(Script({"rcpt": "451 4.7.1 Greylisted"})) as port:
        ended = await command(None, "doctor", f"127.0.0.1:{port}", "--to", "bob@y.org", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["healthy"], told["target"]) == (1, False, f"smtp://127.0.0.1:{port}")
    [finding] = told["findings"]
    assert set(finding) == {"name", "level", "stage", "means", "change", "rfc", "evidence", "again"}
    assert (finding["name"], finding["level"], finding["again"]) == ("greylisted", "fault", "later")
    assert [step["stage"] for step in told["steps"]][:4] == ["connect", "greeting", "ehlo", "mail"]
    assert all(step["seconds"] >= 0 for step in told["steps"])


async def test_a_certificate_is_trusted_by_its_file(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    async with listening(Script(), context=issued.context) as port:
        assert (await command(None, "doctor", f"smtps://127.0.0.1:{port}")).code == 1
        assert (await command(None, "doctor", f"smtps://127.0.0.1:{port}", "--ca", issued.trust)).code == 0


async def test_what_a_server_says_cannot_move_the_cursor() -> None:
    async with listening(Script({"": "220 \x1b[2J\x1b]0;title\x07 \u202eevil"})) as port:
        ended = await command(None, "doctor", f"127.0.0.1:{port}")
    assert "\x1b" not in ended.out and "\u202e" not in ended.out and "evil" in ended.out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "SERVER"),
        ("http://x", "http:// is no way to reach a mail server"),
        ("x --to ''", "needs a recipient"),
        ("x --from 'a<b>'", "without angle brackets"),
        ("x --size big", "--size big is not understood"),
        ("x --timeout never", "--timeout never is not understood"),
        ("x --ca /nowhere", "--ca /nowhere is no file"),
        ("x --message m.eml", "--send only"),
        ("x --send --message /nowhere", "cannot be read"),
        ("smtps://x --plain", "--plain"),
        ("x --sned", "--sned"),
    ],
)
async def test_a_wrong_line_is_one_sentence_and_code_2(line: str, sentence: str) -> None:
    ended = await command(None, "doctor", *shlex.split(line))
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
    assert ended.err.count("\n") == 1


def test_the_help_is_true() -> None:
    parser = describe()
    text = parser.format_help()
    examples = [shlex.split(line)[2:] for line in text.splitlines() if line.startswith("  mailtrap-local doctor")]
    assert len(examples) >= 3
    for example in examples:
        parser.parse_args(example)
    for flag, action in parser._option_string_actions.items():
        assert flag in text and action.help


async def test_a_server_that_hangs_takes_no_longer_than_allowed() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(talk) as port:
        ended = await asyncio.wait_for(command(None, "doctor", f"127.0.0.1:{port}", "--timeout", "0.3s"), 30)
    assert ended.code == 1
    assert "no-greeting" in ended.out

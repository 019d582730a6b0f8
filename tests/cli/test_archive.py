"""`mailtrap-local export` and `import`: to files and back, byte for byte."""

import asyncio
import json
import mailbox
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.cli.archive.ledger import Ledger
from mailtrap_local.model import Record
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.store.base import Selection
from tests.asking import RICH, deliver, plain
from tests.cli.commands import at_terminal, command, started

FORMATS = ("eml", "mbox", "maildir")
EVERY_OCTET = bytes(range(256))
AWKWARD = [
    RICH,
    plain("plain"),
    b"Subject: bare LF\nTo: a@x.org\n\nline\nline\n",
    b"Subject: mixed\r\n\r\nlf\ncrlf\r\ncr\rboth\n\r\n",
    b"Subject: no end\r\n\r\nno line end",
    b"Subject: cr end\r\n\r\ncr\r",
    b"Subject: empty lines\r\n\r\n\r\n\r\n\n\n",
    b"Subject: octets\r\n\r\n" + EVERY_OCTET + b"\r\n\0\0\r\n",
    b"Subject: From\r\n\r\nFrom here\r\n>From there\n>>From\r\n>>From x\r\n\nFrom ann@x.org Thu Jan  1 00:00:00 1970\n",
    b"From nobody\r\nSubject: first line\r\n\r\nhi\r\n",
    b"\r\n\r\n",
    b"\n",
    b"x",
    b"From ",
]
HOSTILE_NAMES = b'Message-ID: <../../../../tmp/evil>\r\nContent-Type: text/plain; name="/etc/passwd"\r\nX: ../x\r\n\r\n'


async def caught(server: Server, *, order: bool = True) -> list[Record]:
    page = await server.mailbox.page(Selection(), limit=None)
    return [await server.mailbox.record(each.id) for each in reversed(page.summaries)]


async def raws(server: Server) -> list[bytes]:
    return [await server.mailbox.raw(each.summary.id) for each in await caught(server)]


def kept(record: Record) -> tuple[Any, ...]:
    """What has to survive beside the octets."""
    summary, envelope = record.summary, record.envelope
    named = tuple(each.address for each in envelope.recipients)
    return (envelope.mail_from, named, summary.inbox, summary.read, tuple(sorted(summary.tags)))


async def filled(server: Server) -> None:
    """Mail of every awkward kind, with envelopes, inboxes, tags and read states of all sorts."""
    for number, raw in enumerate(AWKWARD):
        sender = ["ann@x.org", "", "with blank@x.org", "grüße@x.org"][number % 4]
        to = ["bob@y.org", "blind@z.org"][: number % 3]
        name = await deliver(server, raw, mail_from=sender, to=to, inbox=["default", "blue", "a/b ü"][number % 3])
        if number % 2:
            await server.mailbox.mark(Selection(ids=(name,)), read=True)
        if number % 5 == 1:
            await server.mailbox.tag(Selection(ids=(name,)), ("red", "two words"))


def destination(folder: Path, kind: str) -> Path:
    return folder / ("kept.mbox" if kind == "mbox" else kind)


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("kind", FORMATS)
async def test_there_and_back_byte_for_byte(kind: str, server: Server, tmp_path: Path) -> None:
    await filled(server)
    there = destination(tmp_path, kind)
    ended = (await command(server, "export", str(there), "--format", kind, "--json")).fine()
    assert ended.json == {"Format": kind, "Exported": len(AWKWARD), "Skipped": 0, "Conflicts": 0}
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        told = (await command(other, "import", str(there), "--json")).fine().json
        assert (told["Imported"], told["Skipped"], told["Refused"]) == (len(AWKWARD), 0, 0)
        assert await raws(other) == AWKWARD
        assert [kept(each) for each in await caught(other)] == [kept(each) for each in await caught(server)]
        assert told["IDs"] == [each.summary.id for each in await caught(other)]
        again = (await command(other, "import", str(there), "--json")).fine().json
        assert (again["Imported"], again["Skipped"]) == (0, len(AWKWARD))


@pytest.mark.parametrize("kind", FORMATS)
async def test_without_its_ledger_the_mail_is_the_same_but_for_the_end_of_one_in_an_mbox(
    kind: str, server: Server, tmp_path: Path
) -> None:
    await filled(server)
    there = destination(tmp_path, kind)
    (await command(server, "export", str(there), "--format", kind)).fine()
    [ledger] = tmp_path.rglob("*mailtrap-local.jsonl")
    ledger.unlink()
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        (await command(other, "import", str(there))).fine()
        expected = [raw if kind != "mbox" or raw.endswith(b"\n") else raw + b"\n" for raw in AWKWARD]
        assert sorted(await raws(other)) == sorted(expected)
        rich = next(each for each in await caught(other) if each.summary.head.message_id == "m1@x.org")
        assert [each.address for each in rich.envelope.recipients] == ["bob@y.org", "ann@x.org", "c@x.org"]


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_second_run_writes_what_is_new_and_touches_nothing_else(
    kind: str, server: Server, tmp_path: Path
) -> None:
    there = destination(tmp_path, kind)
    line = ("export", str(there), "--format", kind, "--json")
    await deliver(server, plain("one"))
    (await command(server, *line)).fine()
    before = files(tmp_path)
    await deliver(server, plain("two"))
    assert (await command(server, *line)).fine().json == {"Format": kind, "Exported": 1, "Skipped": 1, "Conflicts": 0}
    after = files(tmp_path)
    assert all(after[name].startswith(octets) for name, octets in before.items())
    assert (await command(server, *line)).fine().json["Skipped"] == 2
    assert files(tmp_path) == after


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_run_that_was_killed_is_gone_on_with(kind: str, server: Server, tmp_path: Path) -> None:
    for number in range(200):
        await deliver(server, plain(f"number {number}", body="x" * 3_000))
    there = destination(tmp_path, kind)
    for _ in range(3):
        async with started(server, "export", str(there), "--format", kind) as process:
            had = _octets(tmp_path)
            while process.returncode is None and _octets(tmp_path) < had + 150_000:  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(0.01)
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()
    (await command(server, "export", str(there), "--format", kind)).fine()
    assert not list(tmp_path.rglob("*.part"))
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        (await command(other, "import", str(there))).fine()
        assert await raws(other) == await raws(server)


def _octets(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("cut", [1, 40, 3_000])
async def test_an_mbox_that_was_cut_short_is_mended(cut: int, server: Server, tmp_path: Path) -> None:
    for number in range(3):
        await deliver(server, plain(f"number {number}", body="x" * 3_000))
    box = tmp_path / "kept.mbox"
    (await command(server, "export", str(box))).fine()
    whole = box.read_bytes()
    os.truncate(box, len(whole) - cut)
    (await command(server, "export", str(box))).fine()
    assert box.read_bytes() == whole
    ledger = tmp_path / "kept.mbox.mailtrap-local.jsonl"
    os.truncate(ledger, ledger.stat().st_size - 7)  # torn as well: and then the mail is not in it
    ended = await command(server, "export", str(box))
    assert (ended.code, box.read_bytes()) == (4, whole)
    assert "is not as our last export left it; nothing was written" in ended.err


async def test_files_of_others_are_left_alone(server: Server, tmp_path: Path) -> None:
    name = await deliver(server, plain("ours"))
    box = tmp_path / "kept.mbox"
    box.write_bytes(b"From x Thu Jan  1 00:00:00 1970\nSubject: theirs\n\nhi\n\n")
    before = files(tmp_path)
    ended = await command(server, "export", str(box))
    assert (ended.code, ended.out) == (4, "")
    assert "is there, and no export of ours; nothing was written" in ended.err
    assert files(tmp_path) == before
    folder = tmp_path / "eml"
    folder.mkdir()
    (folder / f"{name}.eml").write_text("theirs")
    (folder / "other.eml").write_text("theirs too")
    ended = await command(server, "export", str(folder), "--json")
    assert (ended.code, ended.json) == (1, {"Format": "eml", "Exported": 0, "Skipped": 0, "Conflicts": 1})
    assert f"{name}.eml holds something else and was left alone" in ended.err
    assert (folder / f"{name}.eml").read_text() == "theirs"
    target = tmp_path / "target"
    (folder / f"{name}.eml").unlink()
    (folder / f"{name}.eml").symlink_to(target)
    assert (await command(server, "export", str(folder))).code == 1
    assert not target.exists()
    (folder / "mailtrap-local.jsonl").write_text("a file of theirs\n")
    ended = await command(server, "export", str(folder))
    assert (ended.code, ended.out) == (4, "")
    assert "line 1, is no line that an export wrote" in ended.err
    assert (folder / "mailtrap-local.jsonl").read_text() == "a file of theirs\n"


async def test_an_mbox_that_somebody_else_wrote_on_is_left_alone(server: Server, tmp_path: Path) -> None:
    await deliver(server, plain("one"))
    box = tmp_path / "kept.mbox"
    (await command(server, "export", str(box))).fine()
    with box.open("ab") as file:
        file.write(b"From x Thu Jan  1 00:00:00 1970\nSubject: theirs\n\nhi\n\n")
    before = box.read_bytes()
    await deliver(server, plain("two"))
    ended = await command(server, "export", str(box))
    assert (ended.code, ended.out) == (4, "")
    assert box.read_bytes() == before
    assert len((await command(server, "import", str(box), "--json")).fine().json["IDs"]) == 1


@pytest.mark.parametrize("kind", FORMATS)
async def test_no_name_of_a_mail_touches_the_disk(kind: str, server: Server, tmp_path: Path) -> None:
    name = await deliver(server, HOSTILE_NAMES, mail_from="../../x", to=("/etc/cron.d/x",), inbox="../../../tmp/x")
    folder = tmp_path / "inside"
    folder.mkdir()
    (await command(server, "export", str(destination(folder, kind)), "--format", kind)).fine()
    assert [str(each.relative_to(tmp_path)) for each in tmp_path.iterdir()] == ["inside"]
    ours = {"kept.mbox", "kept.mbox.mailtrap-local.jsonl", "mailtrap-local.jsonl", f"{name}.eml"}
    for path in (Path(each) for each in files(folder)):
        assert path.name in ours or path.name.endswith(f".{name}.mailtrap-local")
        assert (folder / path).stat().st_mode & 0o077 == 0


async def test_an_mbox_is_what_others_read(server: Server, tmp_path: Path) -> None:
    """Python's own reader, which splits where mboxrd says and leaves the quotes."""
    mails = [plain(f"number {number}", body="From here\r\ntext") for number in range(3)]
    for raw in mails:
        await deliver(server, raw, mail_from="ann@x.org")
    box = tmp_path / "kept.mbox"
    (await command(server, "export", str(box))).fine()
    read = mailbox.mbox(box, create=False)
    assert [message["Subject"] for message in read] == ["number 0", "number 1", "number 2"]
    assert next(iter(read)).get_from().startswith("ann@x.org ")
    keys = list(read.iterkeys())
    assert [read.get_bytes(key).replace(b"\n>From", b"\nFrom") for key in keys] == mails
    read.close()


async def test_a_maildir_is_what_others_read_and_may_be_moved_about_in(server: Server, tmp_path: Path) -> None:
    names = [await deliver(server, plain(f"number {number}")) for number in range(2)]
    await server.mailbox.mark(Selection(ids=(names[1],)), read=True)
    there = tmp_path / "Mail"
    (await command(server, "export", str(there), "--format", "maildir")).fine()
    box = mailbox.Maildir(there, create=False)
    flags = {message["Subject"]: (message.get_subdir(), message.get_flags()) for message in box}
    assert flags == {"number 0": ("new", ""), "number 1": ("cur", "S")}
    key = next(key for key, message in box.iteritems() if message["Subject"] == "number 0")
    message = box[key]
    message.set_subdir("cur")
    message.set_flags("SF")
    os.rename(there / "new" / key, there / "cur" / f"{key}:2,FS")
    assert (await command(server, "export", str(there), "--json")).fine().json["Skipped"] == 2
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        (await command(other, "import", str(there))).fine()
        assert [each.summary.read for each in await caught(other)] == [True, True]


async def test_mail_of_others_gets_the_envelope_that_it_names(server: Server, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "theirs")  # found to be one by what is in it
    box.add(mailbox.mboxMessage(b"From: a@x.org\nTo: b@x.org, c@x.org\nSubject: one\n\nFrom here\n"))
    box.add(mailbox.mboxMessage(b"Return-Path: <>\nDelivered-To: x@x.org\nFrom: a@x.org\nSubject: two\n\nhi\n"))
    box.close()
    single = tmp_path / "one.txt"
    single.write_bytes(b"From: s@x.org\r\nBcc: hidden@x.org\r\nSubject: three\r\n\r\nhi")
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    maildir.add(b"From: m@x.org\nSubject: four\n\nhi\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.EML").write_bytes(b"Subject: six\n\n")
    (folder / "a.eml").write_bytes(b"Subject: five\n\n")
    (folder / "notes.txt").write_bytes(b"no mail")
    given = b"From x@x.org Thu Jan  1 00:00:00 1970\nSubject: seven\n\n>From y\n"
    names = [str(tmp_path / each) for each in ("theirs", "one.txt", "Maildir", "folder")]
    told = (await command(server, "import", *names, "-", "--inbox", "blue", "--json", given=given)).fine().json
    assert told["Imported"] == 7
    records = await caught(server)
    assert {each.summary.inbox for each in records} == {"blue"}
    envelopes = {
        each.summary.head.subject: (each.envelope.mail_from, [to.address for to in each.envelope.recipients])
        for each in records
    }
    assert envelopes == {
        "one": ("", ["b@x.org", "c@x.org"]),  # its From line says MAILER-DAEMON
        "two": ("", []),
        "three": ("s@x.org", ["hidden@x.org"]),
        "four": ("m@x.org", []),
        "five": ("", []),
        "six": ("", []),
        "seven": ("x@x.org", []),
    }
    assert [each.summary.head.subject for each in records][-3:] == ["five", "six", "seven"]
    assert (await raws(server))[0] == b"From: a@x.org\nTo: b@x.org, c@x.org\nSubject: one\n\nFrom here\n"
    assert (await raws(server))[-1] == b"Subject: seven\n\nFrom y\n"


async def test_a_ledger_that_speaks_of_another_mail_is_not_believed(server: Server, tmp_path: Path) -> None:
    await deliver(server, plain("one", to="bob@y.org"), mail_from="secret@x.org", inbox="blue")
    (await command(server, "export", str(tmp_path / "mails"))).fine()
    [file] = (tmp_path / "mails").glob("*.eml")
    file.write_bytes(plain("other", to="changed@y.org"))
    (await command(server, "import", str(tmp_path / "mails"))).fine()
    record = (await caught(server))[-1]
    assert (record.envelope.mail_from, record.summary.inbox) == ("ann@x.org", "default")
    assert [each.address for each in record.envelope.recipients] == ["changed@y.org"]
    ledger = tmp_path / "mails" / "mailtrap-local.jsonl"
    line = json.loads(ledger.read_text())
    ledger.write_text(json.dumps({**line, "Envelope": {"From": 1, "To": []}}) + "\n")
    ended = await command(server, "import", str(tmp_path / "mails"))
    assert ended.code == 4
    assert "line 1, is no line that an export wrote" in ended.err


async def test_the_same_mail_twice_is_two(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        await deliver(server, plain("same"))
    (await command(server, "export", str(tmp_path / "m"))).fine()
    assert (await command(server, "import", str(tmp_path / "m"), "--json")).fine().json["Skipped"] == 2
    assert (await command(server, "import", str(tmp_path / "m"), "--again", "--json")).fine().json["Imported"] == 2
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        assert (await command(other, "import", str(tmp_path / "m"), "--json")).fine().json["Imported"] == 2
        assert len(await raws(other)) == 2


async def test_a_mail_that_is_refused_is_told_and_the_others_are_in(tmp_path: Path) -> None:
    for name, size in (("a", 10), ("b", 9_000), ("c", 10)):
        (tmp_path / f"{name}.eml").write_bytes(f"Subject: {name}\n\n{'x' * size}\n".encode())
    async with Server(Settings(smtp_port=0, http_port=0, max_message_size=5_000)) as small:
        ended = await command(small, "import", str(tmp_path), "--json")
        assert (ended.code, ended.json["Imported"], ended.json["Refused"]) == (1, 2, 1)
        assert f"{tmp_path / 'b.eml'}: The server says 413" in ended.err
        assert [each.summary.head.subject for each in await caught(small)] == ["a", "c"]


async def test_a_search_and_an_inbox_narrow_an_export(server: Server, tmp_path: Path) -> None:
    await deliver(server, plain("yes"), inbox="blue")
    await deliver(server, plain("no"), inbox="blue")
    await deliver(server, plain("yes"))
    (await command(server, "export", str(tmp_path / "m"), "--inbox", "blue", "subject:yes")).fine()
    assert len(list((tmp_path / "m").glob("*.eml"))) == 1


async def test_what_is_not_there_or_cannot_be_written_is_code_4(server: Server, tmp_path: Path) -> None:
    await deliver(server, plain("one"))
    gone = await command(server, "import", str(tmp_path / "gone"))
    assert (gone.code, gone.err) == (4, f"mailtrap-local import: {tmp_path / 'gone'}: No such file or directory.\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no mail")
    nothing = await command(server, "import", str(tmp_path / "empty"), "--json")
    assert (nothing.code, nothing.json["Imported"]) == (0, 0)
    assert nothing.err == f"mailtrap-local import: warning: there is no mail in {tmp_path / 'empty'}.\n"
    (tmp_path / "file").write_text("")
    ended = await command(server, "export", str(tmp_path / "file" / "below"))
    assert ended.code == 4
    assert ended.err.startswith(f"mailtrap-local export: {tmp_path / 'file'}")


async def test_a_person_sees_how_far_it_has_come(server: Server, tmp_path: Path) -> None:
    for number in range(3):
        await deliver(server, plain(f"number {number}"))
    code, seen = await at_terminal(server, "export", str(tmp_path / "m"))
    assert code == 0
    assert b"\rexported 2 (67%)" in seen
    assert seen.endswith(b"\r3 exported\n")
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        code, seen = await at_terminal(other, "import", str(tmp_path / "m"))
    assert b"\rimported 3 (100%)" in seen
    assert seen.endswith(b"\r3 imported\n")


async def test_an_import_that_was_killed_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    for number in range(200):
        await deliver(server, plain(f"number {number}"))
    box = tmp_path / "kept.mbox"
    (await command(server, "export", str(box))).fine()
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        for least in (20, 60):
            async with started(other, "import", str(box)) as process:
                while process.returncode is None and len(await caught(other)) < least:  # noqa: ASYNC110 - the store tells nobody
                    await asyncio.sleep(0.01)
                if process.returncode is None:
                    process.send_signal(signal.SIGKILL)
                    await process.wait()
        (await command(other, "import", str(box))).fine()
        assert await raws(other) == await raws(server)


async def test_two_exports_into_one_place_are_one_too_many(server: Server, tmp_path: Path) -> None:
    await deliver(server, plain("one"))
    with Ledger(tmp_path / "mailtrap-local.jsonl"):
        ended = await command(server, "export", str(tmp_path))
    assert (ended.code, ended.out) == (4, "")
    assert "Another export writes" in ended.err
    assert not list(tmp_path.glob("*.eml"))

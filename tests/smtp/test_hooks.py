"""Hooks of an embedding program: what may answer does, what may not is told, and what fails harms nobody."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from mailtrap_local import hooks as module
from mailtrap_local.errors import SettingError
from mailtrap_local.hooks import FAILED, Hooks
from mailtrap_local.server import Server
from mailtrap_local.stages import Situation, Stage, Verdict
from tests.smtp.talking import codes, running, texts, until

FROM, TO = "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>"
WHOLE = ("EHLO x", "AUTH PLAIN AGFubgB4", FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n.", "QUIT")


class Diary:
    """Notes every hook that is called; all names there are."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []
        self.situations: dict[str, Situation] = {}

    def __dir__(self) -> list[str]:
        stages = ("connect", "helo", "auth", "mail", "rcpt", "data", "end_of_data", "stored", "quit")
        return [f"{when}_{stage}" for stage in stages for when in ("before", "after")]

    def __getattr__(self, name: str) -> Any:
        def before(situation: Situation) -> None:
            self.notes.append((name, ""))
            self.situations[name] = situation

        async def after(situation: Situation, reply: str) -> None:
            await asyncio.sleep(0)
            self.notes.append((name, reply[:3]))

        return before if name.startswith("before") else after


async def test_every_hook_is_called_with_what_is_known() -> None:
    diary = Diary()
    async with running(hooks=diary) as front:
        client = await front.connect()
        assert (await client.reply()).startswith("220")
        said = codes([await client.ask(line) for line in WHOLE])
        assert said == ["250", "235", "250", "250", "354", "250", "221"]
        await until(lambda: len(diary.notes) == 18)
    replies = dict(diary.notes)
    assert replies == {
        **{name: "" for name in replies if name.startswith("before")},
        "after_connect": "220",
        "after_helo": "250",
        "after_auth": "235",
        "after_mail": "250",
        "after_rcpt": "250",
        "after_data": "354",
        "after_end_of_data": "250",
        "after_stored": "250",
        "after_quit": "",
    }
    assert diary.situations["before_connect"].peer.startswith("127.0.0.1:")
    assert diary.situations["before_helo"].helo == "x"
    assert diary.situations["before_auth"].user == "ann"
    at_rcpt = diary.situations["before_rcpt"]
    assert (at_rcpt.mail_from, at_rcpt.recipient, at_rcpt.inbox) == ("a@x.org", "b@x.org", "ann")
    assert diary.situations["before_end_of_data"].raw == b"Subject: x\r\n\r\nx\r\n"
    stored = diary.situations["before_stored"]
    assert (stored.recipients, len(stored.message), stored.session) == (("b@x.org",), 22, at_rcpt.session)


@pytest.mark.parametrize("wait", [False, True], ids=["plain", "async"])
@pytest.mark.parametrize(
    ("stage", "refused"),
    [("helo", 0), ("auth", 1), ("mail", 2), ("rcpt", 3), ("data", 4), ("end_of_data", 5), ("stored", 5)],
)
async def test_a_hook_answers(stage: str, refused: int, wait: bool) -> None:
    class Refuses:
        pass

    def answer(_: Situation) -> str:
        return "450 4.7.1 the program says no"

    async def answer_later(_: Situation) -> str:
        await asyncio.sleep(0.01)
        return "450 4.7.1 the program says no"

    setattr(Refuses, f"before_{stage}", staticmethod(answer_later if wait else answer))
    async with running(hooks=Refuses()) as front:
        client = await front.connect()
        await client.reply()
        client.send("".join(f"{line}\r\n" for line in WHOLE[: refused + 1]).encode())
        said = await client.replies(refused + 1)
        assert said[-1] == "450 4.7.1 the program says no"
        assert all(reply[0] in "23" for reply in said[:-1])
        assert len(front.mailbox.arrivals) == (stage == "stored")
        assert front.front.budget.used == 0


async def test_a_greeting_is_refused_and_a_verdict_ends_a_connection() -> None:
    class Doorkeeper:
        def before_connect(self, _: Situation) -> str:
            return "554 5.7.1 not you"

    async with running(hooks=Doorkeeper()) as front:
        client = await front.connect()
        assert (await client.reply(), await client.closed()) == ("554 5.7.1 not you", True)

    class HangsUp:
        async def before_mail(self, _: Situation) -> Verdict:
            return Verdict(end="rst", remarks=("the program hangs up",))

    async with running(hooks=HangsUp()) as front:
        client = await front.connect()
        await client.begin()
        client.send(FROM.encode() + b"\r\n")
        assert await client.closed()
        assert "the program hangs up" in texts(await front.ended_session(), "-")


async def test_a_mail_may_be_taken_without_being_kept() -> None:
    class Sink:
        def before_end_of_data(self, _: Situation) -> str:
            return "250 2.0.0 taken"

    async with running(hooks=Sink()) as front:
        client = await front.connect()
        await client.begin()
        assert await client.mail(b"Subject: x\r\n") == "250 2.0.0 taken"
        assert (front.mailbox.arrivals, front.mailbox.refusals) == ([], 0)


@pytest.mark.parametrize("said", ["250 2.0.0 Ok", "nonsense", "450 x\r\n250 y", 5], ids=repr)
async def test_a_hook_that_says_nonsense_refuses(said: object, caplog: pytest.LogCaptureFixture) -> None:
    class Odd:
        def before_mail(self, _: Situation) -> object:
            return said

    async with running(hooks=Odd()) as front:
        client = await front.connect()
        await client.begin()
        assert await client.ask(FROM) == FAILED
    assert "before_mail failed" in caplog.text


async def test_hooks_that_fail_or_never_end_harm_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "HOOK_SECONDS", 0.05)

    class Broken:
        def before_mail(self, situation: Situation) -> None:
            if situation.mail_from == "bad@x.org":
                raise RuntimeError("broken")

        async def before_rcpt(self, situation: Situation) -> None:
            if situation.recipient == "slow@x.org":
                await asyncio.sleep(60)

        def after_mail(self, situation: Situation, reply: str) -> None:
            raise RuntimeError("broken too")

        async def after_rcpt(self, situation: Situation, reply: str) -> None:
            raise RuntimeError("broken as well")

    async with running(hooks=Broken()) as front:
        client = await front.connect()
        await client.begin()
        assert await client.ask("MAIL FROM:<bad@x.org>") == FAILED
        assert await client.ask(FROM) == "250 2.1.0 Ok"
        assert await client.ask("RCPT TO:<slow@x.org>") == FAILED
        assert await client.ask(TO) == "250 2.1.5 Ok"
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert {"the hook before_mail failed", "the hook after_mail failed", "the hook after_rcpt failed"} <= set(logged)


async def test_faults_come_first_and_pauses_add_up() -> None:
    calls: list[str] = []

    class Late:
        async def before_mail(self, situation: Situation) -> Verdict:
            calls.append(situation.mail_from or "")
            return Verdict(seconds=0.1)

    async with running(hooks=Late()) as front:
        front.fault("mail", seconds=0.1, times=1)
        front.fault("mail", reply="451 x", match="mailfrom:b@")
        client = await front.connect()
        await client.begin()
        began = time.monotonic()
        assert await client.ask("MAIL FROM:<b@x.org>") == "451 x"
        assert await client.ask(FROM) == "250 2.1.0 Ok"
        assert time.monotonic() - began >= 0.18
    assert calls == ["a@x.org"]


async def test_a_stop_waits_for_no_hook() -> None:
    class Endless:
        async def before_rcpt(self, _: Situation) -> None:
            await asyncio.sleep(60)

        async def after_mail(self, _: Situation, __: str) -> None:
            await asyncio.sleep(60)

    async with Server(settings_with_free_ports(), hooks=Endless()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.smtp_port)
        writer.write(f"EHLO x\r\n{FROM}\r\n{TO}\r\n".encode())
        while not (await reader.readline()).startswith(b"250 2.1.0"):
            pass
        began = time.monotonic()
    assert time.monotonic() - began < 1.5
    assert (await reader.read()).startswith(b"421 ")  # at the end of patience the connection is broken off
    writer.close()


async def test_what_is_asked_while_the_server_stops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a hook that cleans up at this moment, since its time was over, is left alone."""

    class Slow:
        def __init__(self) -> None:
            self.cleaning = asyncio.Event()

        async def before_mail(self, _: Situation) -> None:
            await asyncio.sleep(60)

        async def before_rcpt(self, _: Situation) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                self.cleaning.set()
                await asyncio.sleep(0.05)

    slow = Slow()
    hooks = Hooks(slow)
    monkeypatch.setattr(module, "HOOK_SECONDS", 0.01)
    late = asyncio.create_task(answer(hooks, "rcpt"))
    await slow.cleaning.wait()
    monkeypatch.setattr(module, "HOOK_SECONDS", 60)
    pending = asyncio.create_task(answer(hooks, "mail"))
    await asyncio.sleep(0)
    hooks.interrupt()
    async with asyncio.timeout(5):
        said = [await pending, await answer(hooks, "mail"), await late]
    assert [verdict and verdict.reply[:3] for verdict in said] == ["421", "421", "421"]


async def answer(hooks: Hooks, stage: Stage) -> Verdict | None:
    said = hooks.ask(Situation(stage=stage))
    assert isinstance(said, Coroutine)
    return await said


def settings_with_free_ports() -> Any:
    from mailtrap_local.settings import Settings

    return Settings(smtp_port=0, http_port=0)


def test_a_hook_misspelt_is_an_error() -> None:
    class Wrong:
        def before_rcp(self, _: Situation) -> None: ...

    with pytest.raises(SettingError, match="before_rcp is no hook: before_ and after_ go with connect, helo"):
        Hooks(Wrong())

"""A part of what `make fuzz` does, and that it would notice."""

import pytest

from mailtrap_local.smtp.wire import Wire
from tests.smtp import fuzz

SESSIONS = 20_000


@pytest.mark.timeout(300)
async def test_sessions_of_rubbish_are_borne() -> None:
    ended = await fuzz.run(SESSIONS, seed=0)
    assert sum(count for state, count in ended.items() if state != "mails") == SESSIONS
    assert ended["mails"] > SESSIONS // 50 and {"quit", "dropped", "refused"} <= set(ended)


async def test_a_wrong_end_of_data_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Wire.mail
    monkeypatch.setattr(Wire, "mail", lambda self: mail[:-3] if (mail := genuine(self)) else mail)
    with pytest.raises(fuzz.Broken, match=r"seed \d+.*kept"):
        await fuzz.run(2_000, seed=0)


async def test_an_exception_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Wire, "mail", failing)
    with pytest.raises(fuzz.Broken, match="seed"):
        await fuzz.run(2_000, seed=0)

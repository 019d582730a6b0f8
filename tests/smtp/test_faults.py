"""Faults on every stage of a session: what the client sees, what the transcript tells, what stays right meanwhile."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from mailtrap_local import limits
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import connection, server
from mailtrap_local.smtp.gate import Gate, Said
from mailtrap_local.stages import Situation
from tests.smtp.talking import Client, Running, codes, running, texts, until

TO = "RCPT TO:<b@example.com>"
FROM = "MAIL FROM:<a@example.com>"
LATE = 0.15  # seconds of a pause, long against what an answer takes


def remarks(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.startswith("fault ")]


async def refused_connection(client: Client) -> str:
    reply = await client.reply()
    assert await client.closed()
    return reply


# ---- replies -------------------------------------------------------------------------------------------------------


async def test_the_next_two_recipients_are_put_off_and_then_accepted(front: Running, client: Client) -> None:
    rule = front.fault("rcpt", reply="451 4.7.1 Try again later", times=2)
    await client.begin(FROM)
    said = [await client.ask(TO) for _ in range(4)]
    assert said == ["451 4.7.1 Try again later"] * 2 + ["250 2.1.5 Ok"] * 2
    counted = front.faults.get(rule.id)
    assert (counted.matched, counted.fired, counted.remaining, counted.state) == (2, 2, 0, "spent")
    await client.ask("QUIT")
    told = remarks(texts(await front.ended_session(), "-"))
    assert told == [f"fault {rule.id} at rcpt: a reply ({number} of 2)" for number in (1, 2)]


STAGES = [
    ("helo", ["EHLO x"], "451"),
    ("auth", ["EHLO x", "AUTH PLAIN AGFubgB4"], "454"),
    ("mail", ["EHLO x", FROM], "450"),
    ("rcpt", ["EHLO x", FROM, TO], "550"),
    ("data", ["EHLO x", FROM, TO, "DATA"], "451"),
    ("end-of-data", ["EHLO x", FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n."], "554"),
    ("stored", ["EHLO x", FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n."], "451"),
    ("quit", ["QUIT"], "500"),
]


@pytest.mark.parametrize(("stage", "lines", "code"), STAGES, ids=[stage for stage, _, _ in STAGES])
async def test_a_reply_at_each_stage(
    front: Running, client: Client, stage: str, lines: Sequence[str], code: str
) -> None:
    """Only the stage's own command fails, the session goes on, and the same again succeeds."""
    front.fault(stage, reply=f"{code} on purpose", times=1)
    await client.reply()
    said = [await client.ask(line) for line in lines]
    assert [reply[0] in "23" for reply in said] == [True] * (len(lines) - 1) + [False]
    assert said[-1] == f"{code} on purpose"
    again = lines if lines[-1].endswith("\r\n.") else lines[-1:]
    said = [await client.ask(line) for line in again]
    assert all(reply[0] in "23" for reply in said), said
    kept = {"stored": 2, "end-of-data": 1}.get(stage, 0)
    assert len(front.mailbox.arrivals) == kept
    assert front.mailbox.refusals == (stage == "end-of-data")


async def test_a_refused_greeting_hangs_up(front: Running) -> None:
    front.fault("connect", reply="554-5.3.2 no\n554 5.3.2 mail here", times=1)
    assert await refused_connection(await front.connect()) == "554-5.3.2 no\n554 5.3.2 mail here"
    session = await front.ended_session()
    assert (session.state, session.errors) == ("refused", 1)
    await (await front.connect()).begin("QUIT")


async def test_421_hangs_up_and_is_read_though_commands_came_behind_it(front: Running) -> None:
    """A socket that is closed with octets unread sends a RST, which may take the reply away: so it is read on."""
    front.fault("mail", reply="421 4.7.28 too much", times=20)
    for _ in range(20):
        client = await front.connect()
        client.send(b"EHLO x\r\n" + FROM.encode() + b"\r\n" + b"NOOP\r\n" * 5_000)
        assert codes(await client.replies(3)) == ["220", "250", "421"]
        assert await client.reader.read() == b""


async def test_all_recipients_refused_leaves_no_valid_one(front: Running, client: Client) -> None:
    front.fault("rcpt", reply="550 5.1.1 unknown", match="rcpt:b@")
    await client.begin(FROM)
    assert codes([await client.ask(line) for line in (TO, "DATA")]) == ["550", "554"]


async def test_who_is_not_meant_notices_nothing(front: Running, client: Client) -> None:
    front.fault("rcpt", reply="550 5.1.1 unknown", match="rcpt:=other@example.com")
    front.fault("mail", reply="550 5.1.1 unknown", match="mailfrom:/^x/ OR user:eve")
    front.fault("rcpt", reply="550 5.1.1 unknown", inbox="team")
    await client.begin()
    assert (await client.mail(b"Subject: x\r\n\r\n")).startswith("250")


async def test_a_syntax_error_is_none_of_a_faults_business(front: Running, client: Client) -> None:
    rule = front.fault("rcpt", reply="451 later", times=1)
    await client.begin(FROM)
    assert (await client.ask("RCPT TO:<b@"))[:3] in ("501", "553")
    assert front.faults.get(rule.id).matched == 0


async def test_the_inbox_of_a_login(front: Running, client: Client) -> None:
    front.fault("mail", reply="452 4.3.1 full", inbox="ann")
    await client.begin("AUTH PLAIN AGFubgB4")
    assert (await client.ask(FROM)).startswith("452")


# ---- time ----------------------------------------------------------------------------------------------------------


async def test_a_delay_keeps_pipelined_replies_in_their_order(front: Running, client: Client) -> None:
    front.fault("rcpt", seconds=LATE, match="rcpt:slow@")
    front.fault("rcpt", reply="450 4.2.1 busy", match="rcpt:busy@")
    await client.begin()
    began = time.monotonic()
    client.send(f"{FROM}\r\nRCPT TO:<slow@x.org>\r\nRCPT TO:<busy@x.org>\r\nRCPT TO:<c@x.org>\r\nDATA\r\n".encode())
    assert await client.reply() == "250 2.1.0 Ok"
    assert time.monotonic() - began < LATE
    assert codes(await client.replies(4)) == ["250", "450", "250", "354"]
    assert LATE <= time.monotonic() - began < LATE + 2
    client.send(b"Subject: x\r\n\r\n.\r\n")
    assert (await client.reply()).startswith("250")
    recipients = front.mailbox.arrivals[0].envelope.recipients
    assert [each.address for each in recipients] == ["slow@x.org", "c@x.org"]


async def test_a_late_greeting(front: Running) -> None:
    front.fault("connect", seconds=LATE)
    client = await front.connect()
    began = time.monotonic()
    client.send(b"EHLO early\r\n")
    assert codes(await client.replies(2)) == ["220", "250"]
    assert time.monotonic() - began >= LATE * 0.9


async def test_others_are_served_while_one_waits(front: Running) -> None:
    front.fault("mail", seconds=30, match="user:slow")
    waiting, other = await front.connect(), await front.connect()
    await waiting.begin("AUTH PLAIN AHNsb3cAeA==")
    waiting.send(FROM.encode() + b"\r\n")
    await other.begin()
    assert (await other.mail(b"Subject: x\r\n\r\n")).startswith("250")


async def test_pauses_add_up_and_the_first_answer_ends_the_round(front: Running, client: Client) -> None:
    front.fault("mail", seconds=LATE)
    front.fault("mail", reply="451 one", seconds=LATE, times=1)
    never = front.fault("mail", reply="451 two", times=1)
    await client.begin()
    began = time.monotonic()
    assert await client.ask(FROM) == "451 one"
    assert time.monotonic() - began >= 2 * LATE * 0.9
    assert front.faults.get(never.id).matched == 0


async def test_a_reply_that_trickles(front: Running, client: Client) -> None:
    front.fault("mail", rate=100, times=1)
    await client.begin()
    began = time.monotonic()
    assert await client.ask(FROM) == "250 2.1.0 Ok"  # 14 octets, the first 10 at once
    assert 0.09 <= time.monotonic() - began < 2
    assert (await client.ask("NOOP")).startswith("250")


async def test_a_mail_is_taken_in_slowly(front: Running, client: Client) -> None:
    front.fault("body", rate=100_000, times=1)
    await client.begin()
    began = time.monotonic()
    assert (await client.mail(b"x" * 40_000)).startswith("250")
    assert 0.38 <= time.monotonic() - began < 3
    began = time.monotonic()
    assert (await client.mail(b"x" * 40_000)).startswith("250")
    assert time.monotonic() - began < 0.3
    assert [len(arrival.raw) for arrival in front.mailbox.arrivals] == [40_002, 40_002]


async def test_a_slow_mail_holds_back_its_client_and_no_memory(front: Running, client: Client) -> None:
    front.fault("body", rate=1_000_000)
    await client.begin(FROM, TO, "DATA")
    octets = b"x" * 5_000_000
    client.send(octets)
    await asyncio.sleep(LATE)
    assert client.writer.transport.get_write_buffer_size() > 0
    assert front.front.budget.used < 2_500_000
    client.reset()
    assert (await front.ended_session()).state == "dropped"


async def test_slowness_has_an_end(front: Running, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAULT_SECONDS", LATE)
    front.fault("body", rate=1)
    await client.begin()
    assert (await client.mail(b"x" * 1_000)).startswith("250")
    await client.ask("QUIT")
    assert any("full speed" in line for line in texts(await front.ended_session(), "-"))


# ---- broken connections --------------------------------------------------------------------------------------------


async def ends_with_a_reset(client: Client) -> bool:
    """Whether the connection breaks off, and is not closed."""
    try:
        async with asyncio.timeout(5):
            while await client.reader.read(1_000):
                pass
    except ConnectionResetError:
        return True
    return False


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("stage", ["connect", "helo", "mail", "rcpt", "data", "end-of-data", "stored", "quit"])
async def test_a_rst_is_a_rst_and_a_fin_is_a_fin(front: Running, stage: str, reset: bool) -> None:
    front.fault(stage, action="disconnect", reset=reset)
    client = await front.connect()
    client.send(f"EHLO x\r\n{FROM}\r\n{TO}\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n".encode())
    assert await ends_with_a_reset(client) is reset
    session = await front.ended_session()
    assert session.state == "refused"
    assert len(front.mailbox.arrivals) == (stage in ("stored", "quit"))
    assert any(f"hung up with a {'RST' if reset else 'FIN'}" in line for line in texts(session, "-"))


@pytest.mark.parametrize("reset", [True, False])
def test_the_same_on_the_faster_loop(reset: bool) -> None:
    uvloop = pytest.importorskip("uvloop", reason="needs uvloop, which Windows and PyPy have not")

    async def broken_off() -> list[bool]:
        async with running() as front:
            front.fault("mail", action="disconnect", reset=reset)
            front.fault("body", action="disconnect", reset=reset, bytes=10_000)
            one, other = await front.connect(), await front.connect()
            one.send(f"EHLO x\r\n{FROM}\r\n".encode() + b"NOOP\r\n" * 1_000)
            outcomes = [await ends_with_a_reset(one)]
            front.faults.remove(front.faults.all()[0].id)
            await other.begin(FROM, TO, "DATA")
            other.send(b"x" * 200_000)
            return [*outcomes, await ends_with_a_reset(other)]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(broken_off()) == [reset, reset]


@pytest.mark.parametrize("reset", [True, False])
async def test_a_mail_breaks_off_after_so_many_octets(front: Running, client: Client, reset: bool) -> None:
    rule = front.fault("body", action="disconnect", reset=reset, bytes=100_000)
    await client.begin()
    assert (await client.mail(b"x" * 50_000)).startswith("250")
    assert front.faults.get(rule.id).matched == 0
    for line in (FROM, TO, "DATA"):
        await client.ask(line)
    client.send(b"x" * 200_000)
    assert await ends_with_a_reset(client) is reset
    assert (await front.ended_session()).state == "refused"
    assert len(front.mailbox.arrivals) == 1
    assert front.front.budget.used == 0


async def test_a_mail_that_came_in_one_piece_breaks_off_too(front: Running, client: Client) -> None:
    front.fault("body", reply="421 4.3.2 going down", bytes=5)
    await client.begin(FROM, TO)
    client.send(b"DATA\r\nSubject: x\r\n\r\n.\r\nNOOP\r\n")
    assert codes([await client.reply(), await client.reply()]) == ["354", "421"]
    assert await client.closed()
    assert front.mailbox.arrivals == []


async def test_a_client_that_has_gone_ends_a_pause(front: Running, client: Client) -> None:
    front.fault("mail", seconds=60)
    await client.begin()
    client.send(FROM.encode() + b"\r\n")
    await until(lambda: any(each.busy for each in front.front._connections))
    client.reset()
    assert (await front.ended_session()).state == "dropped"


async def test_a_mail_whose_client_left_during_the_pause_is_not_kept(front: Running, client: Client) -> None:
    front.fault("end-of-data", seconds=60)
    await client.begin(FROM, TO, "DATA")
    client.send(b"Subject: x\r\n\r\n.\r\n")
    await until(lambda: any(each.busy for each in front.front._connections))
    client.reset()
    assert (await front.ended_session()).state == "dropped"
    assert front.mailbox.arrivals == []
    assert front.front.budget.used == 0


# ---- silence -------------------------------------------------------------------------------------------------------


async def test_a_blackhole_never_answers_and_keeps_nothing_of_what_comes(front: Running, client: Client) -> None:
    front.fault("rcpt", action="blackhole")
    await client.begin(FROM)
    client.send(TO.encode() + b"\r\n")
    client.send(b"x" * 3_000_000)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.reader.read(1), LATE)
    assert all(len(each._wire) == 0 for each in front.front._connections)
    client.writer.write_eof()
    assert await client.closed()
    assert (await front.ended_session()).state == "dropped"


async def test_a_blackhole_may_end(front: Running, client: Client) -> None:
    front.fault("mail", action="blackhole", seconds=LATE)
    await client.begin()
    client.send(FROM.encode() + b"\r\n")
    assert await client.closed()
    assert (await front.ended_session()).state == "refused"


@pytest.mark.parametrize(
    "fault",
    [
        {"where": "mail", "seconds": 60},
        {"where": "mail", "action": "blackhole"},
        {"where": "mail", "rate": 1},
        {"where": "mail", "action": "disconnect", "seconds": 60},
        {"where": "connect", "seconds": 60},
    ],
    ids=lambda fault: f"{fault['where']} {fault.get('action', '')}",
)
async def test_a_stop_waits_for_no_pause(front: Running, fault: dict[str, object]) -> None:
    front.fault(**fault)  # type: ignore[arg-type]
    clients = [await front.connect() for _ in range(20)]
    for client in clients:
        client.send(f"EHLO x\r\n{FROM}\r\n".encode())
    await until(lambda: sum(each.busy for each in front.front._connections) == 20)
    began = time.monotonic()
    await front.front.stop()
    assert time.monotonic() - began < 0.5
    assert front.front.connections == 0
    sessions = await front.sessions.page(limit=50)
    assert {session.state for session in sessions} == {"stopped"}


async def test_the_idle_sweep_leaves_a_pause_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SMTP_IDLE_SECONDS", LATE)
    monkeypatch.setattr(server, "SWEEPS_PER_IDLE_TIME", 10)
    async with running(Settings()) as front:
        front.fault("mail", seconds=4 * LATE)
        client = await front.connect()
        await client.begin()
        assert (await client.ask(FROM)).startswith("250")
        assert (await client.reply()).startswith("421")  # and then it does end what is idle


async def test_a_client_that_never_closes_after_a_fin_is_let_go(
    front: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LAST_REPLY_SECONDS", 0.0)
    front.fault("mail", action="disconnect")
    client = await front.connect()
    await client.begin()
    client.send(FROM.encode() + b"\r\n")
    assert await client.closed()
    assert front.front.connections == 1  # the client has not closed its side
    front.front._end_idle()
    await until(lambda: front.front.connections == 0)


# ---- other ways to speak -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reset", [True, False])
async def test_under_tls_a_rst_is_a_rst_too(reset: bool) -> None:
    async with running(Settings(tls=True)) as front:
        front.fault("mail", action="disconnect", reset=reset)
        client = await front.connect()
        await client.begin()
        await client.start_tls(front.trust)
        assert (await client.ask("EHLO x")).startswith("250")
        client.send(FROM.encode() + b"\r\n")
        assert await ends_with_a_reset(client) is reset
        assert (await front.ended_session()).state == "refused"


async def test_under_tls_from_the_first_octet_the_greeting_may_be_late_or_refused() -> None:
    async with running(Settings(tls=True)) as front:
        front.fault("connect", seconds=LATE, times=1)
        began = time.monotonic()
        await (await front.connect_tls()).begin("QUIT")
        assert time.monotonic() - began >= LATE
        front.fault("connect", reply="554 5.7.1 no")
        assert await refused_connection(await front.connect_tls()) == "554 5.7.1 no"


async def bdat(client: Client, octets: bytes, *, last: bool = False) -> str:
    client.send(b"BDAT %d%s\r\n" % (len(octets), b" LAST" if last else b"") + octets)
    return await client.reply()


async def test_a_mail_in_chunks_has_the_same_stages(front: Running, client: Client) -> None:
    for stage in ("data", "end-of-data", "stored"):
        front.fault(stage, reply=f"451 at {stage}", times=1)
    front.fault("body", seconds=LATE, bytes=5)
    await client.begin()
    for stage in ("data", "end-of-data", "stored"):
        await client.ask("RSET")
        for line in (FROM, TO):
            await client.ask(line)
        assert await bdat(client, b"Subject: x\r\n", last=True) == f"451 at {stage}"
    await client.ask("RSET")
    for line in (FROM, TO):
        await client.ask(line)
    began = time.monotonic()
    assert (await bdat(client, b"Subject: x\r\n", last=True)).startswith("250")
    assert time.monotonic() - began >= LATE * 0.9
    assert len(front.mailbox.arrivals) == 2
    assert front.front.budget.used == 0


@pytest.mark.parametrize("fault", [{"reply": "452 4.2.2 full"}, {"rate": 2_000}], ids=["reply", "slow"])
@pytest.mark.parametrize("stage", ["end-of-data", "stored"])
async def test_lmtp_has_one_answer_for_each_recipient(stage: str, fault: dict[str, object]) -> None:
    async with running(Settings(lmtp_port=0)) as front:
        front.fault(stage, times=1, **fault)
        reader, writer = await asyncio.open_connection("127.0.0.1", front.lmtp_port)
        client = Client(reader, writer)
        front.clients.append(client)
        await client.reply()
        for line in ("LHLO x", FROM, "RCPT TO:<b@x.org>", "RCPT TO:<c@x.org>", "DATA"):
            assert (await client.ask(line))[0] in "23"
        client.send(b"Subject: x\r\n\r\n.\r\nNOOP\r\n")
        said = await client.replies(3)
        assert said[0] == said[1]
        assert (said[0][:3], said[2]) == ("250" if "rate" in fault else "452", "250 2.0.0 Ok")


# ---- counting ------------------------------------------------------------------------------------------------------


async def test_counts_are_exact_under_fifty_sessions_at_once(front: Running) -> None:
    rule = front.fault("rcpt", reply="451 later", times=333, after=100)

    async def session() -> list[str]:
        client = await front.connect()
        await client.begin(FROM)
        said = []
        for _ in range(5):
            client.send(f"{TO}\r\n".encode() * 4)
            said += codes(await client.replies(4))
        return said

    said = [code for each in await asyncio.gather(*(session() for _ in range(50))) for code in each]
    assert (said.count("451"), said.count("250")) == (333, 667)
    counted = front.faults.get(rule.id)
    assert (counted.matched, counted.fired, counted.remaining) == (433, 333, 0)


async def test_counted_apart_for_each_recipient(front: Running, client: Client) -> None:
    front.fault("rcpt", preset="greylisting")
    await client.begin(FROM)
    addresses = ("a@x.org", "b@x.org", "A@x.org", "b@x.org", "a@x.org")
    said = codes([await client.ask(f"RCPT TO:<{address}>") for address in addresses])
    assert said == ["450", "450", "250", "250", "250"]


async def test_trickling_is_stopped_in_the_middle(front: Running, client: Client) -> None:
    """No other reply is glued to the half of one."""
    front.fault("helo", rate=10)
    await client.reply()
    client.send(b"EHLO x\r\n")
    await asyncio.sleep(2 / connection.TICKS)
    await front.front.stop()
    rest = await client.reader.read()
    assert rest and b"421" not in rest


async def test_where_no_rule_is_nobody_is_asked(
    front: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a mail pays for the gate is one look into a dictionary at each stage."""
    asked: list[str] = []
    ask = Gate.ask

    def noted(gate: Gate, situation: Situation) -> Said:
        asked.append(situation.stage)
        return ask(gate, situation)

    monkeypatch.setattr(Gate, "ask", noted)
    rule = front.fault("quit", seconds=0.01, times=1)
    await client.begin("AUTH PLAIN AGFubgB4")
    assert (await client.mail(b"Subject: x\r\n")).startswith("250")
    assert asked == []
    await client.ask("QUIT")
    assert asked == ["quit"]
    assert front.faults.get(rule.id).state == "spent"
    await (await front.connect()).begin("QUIT")
    assert asked == ["quit"]


# ---- magic addresses -----------------------------------------------------------------------------------------------


async def test_magic_addresses() -> None:
    async with running(Settings(magic_addresses=True)) as front:
        client = await front.connect()
        await client.begin(FROM)
        addresses = ("bounce+552@x.org", "defer+450x1@x.org", "defer+450x1@x.org", "slow+0.1s@x.org", "ann@x.org")
        said = codes([await client.ask(f"RCPT TO:<{address}>") for address in addresses])
        assert said == ["552", "450", "250", "250", "250"]
        assert [each.fault.name for each in front.faults.all()] == ["bounce+552@", "defer+450x1@", "slow+0.1s@"]


async def test_a_magic_address_at_the_end_of_a_mail() -> None:
    async with running(Settings(magic_addresses=True)) as front:
        client = await front.connect()
        await client.begin(FROM, "RCPT TO:<bounce+data@x.org>", "DATA")
        client.send(b"Subject: x\r\n\r\n.\r\n")
        assert (await client.reply()).startswith("550 5.1.1")


async def test_magic_addresses_are_plain_ones_unless_asked_for(front: Running, client: Client) -> None:
    await client.begin(FROM, "RCPT TO:<bounce+550@x.org>")

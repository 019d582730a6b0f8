"""`mailtrap-local bounce`: a report, its ID on standard output."""

from mailtrap_local.model import Arrival, Envelope, Origin, Recipient
from mailtrap_local.server import Server
from tests.asking import deliver, plain
from tests.cli.commands import command


async def test_the_id_of_the_report_is_printed(server: Server) -> None:
    name = await deliver(server, plain("Hello"), to=("bob@y.org", "eve@z.org"))
    ended = (await command(server, "bounce", name, "--diagnostic", "552 5.2.2 full", "--to", "eve@z.org")).fine()
    raw = await server.mailbox.raw(ended.out.strip())
    assert b"Final-Recipient: rfc822;eve@z.org\r\n" in raw and b"Status: 5.2.2\r\n" in raw
    told = (await command(server, "bounce", name, "--kind", "complaint", "--json")).fine().json
    assert (told["Kind"], told["Recipients"]) == ("complaint", ["bob@y.org", "eve@z.org"])


async def test_of_whom_nothing_is_reported(server: Server) -> None:
    to = (Recipient("bob@y.org", ("NOTIFY=NEVER",)),)
    summary = await server.mailbox.receive(Arrival(plain(), Envelope("a@x.org", (), to), Origin()))
    ended = await command(server, "bounce", summary.id)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("mailtrap-local bounce: no report of bob@y.org: NOTIFY=NEVER")


async def test_what_cannot_be(server: Server) -> None:
    name = await deliver(server, plain())
    wrong = await command(server, "bounce", name, "--status", "2.0.0")
    assert (wrong.code, "5.x.x" in wrong.err) == (2, True)
    assert (await command(server, "bounce", "0" * 22)).code == 1
    refused = await command(server, "bounce", name, "--webhook", "http://127.0.0.1:9/")
    assert (refused.code, "--allow-internal" in refused.err) == (4, True)

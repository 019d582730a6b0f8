"""Reference 2.10, 2.12 and 2.14: the application about itself."""

import re
import ssl
from pathlib import Path

import httpx

from mailtrap_local import __version__
from mailtrap_local.errors import StoreError
from mailtrap_local.server import Server
from mailtrap_local.tls.authority import Authority
from tests.asking import deliver, plain, running


async def test_info(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(more="X-Tags: blue\r\n"))
    await deliver(server, plain())
    await client.delete("api/v1/search?query=is:tagged")
    information = (await client.get("api/v1/info")).json()
    runtime = information["RuntimeStats"]
    assert (information["Version"], information["LatestVersion"], information["Database"]) == (
        __version__,
        "disabled",
        "",
    )
    assert (information["Messages"], information["Unread"], information["Tags"]) == (1, 1, {})
    assert information["DatabaseSize"] > 0
    assert runtime["Memory"] > 10_000_000
    assert (runtime["MessagesDeleted"], runtime["SMTPAccepted"], runtime["SMTPRejected"]) == (1, 2, 0)
    assert runtime["SMTPAcceptedSize"] == len(plain()) + len(plain(more="X-Tags: blue\r\n"))
    assert information["Ports"] == {"SMTP": [server.smtp_port], "HTTP": server.http_port}
    assert information["Limits"] == {
        "MaxMessages": 20_000,
        "MaxAge": 30 * 86_400.0,
        "MaxBytes": 256 * 1024**2,
        "MaxMessageSize": 50 * 1024**2,
    }
    assert information["Cursor"] == (await client.get("api/v1/cursor")).json()["cursor"]


async def test_every_place_where_mail_is_taken_is_told(tmp_path: Path) -> None:
    sockets = {"smtp_socket": tmp_path / "smtp", "lmtp_socket": tmp_path / "lmtp"}
    async with running(tls=True, smtp_tls_port=0, lmtp_port=0, **sockets) as (server, client):
        assert (await client.get("api/v1/info")).json()["Ports"] == {
            "SMTP": [server.smtp_port],
            "HTTP": server.http_port,
            "SMTPS": [server.smtp_tls_port],
            "LMTP": [server.lmtp_port],
            "SMTPSocket": str(sockets["smtp_socket"]),
            "LMTPSocket": str(sockets["lmtp_socket"]),
        }


async def test_webui_says_which_features_there_are() -> None:
    async with running(label="staging") as (server, client):
        ui = (await client.get("api/v1/webui")).json()
    assert (ui.pop("Label"), ui.pop("Version"), ui.pop("SMTP")) == (
        "staging",
        __version__,
        f"localhost:{server.smtp_port}",
    )
    assert ui.pop("Inboxes") is True
    assert (ui.pop("SMTPTLS"), ui.pop("SMTPTerms")) == ("", "no TLS; any user name and password, or none")
    relay = ui.pop("MessageRelay")
    assert set(relay) == set(
        "Enabled SMTPServer ReturnPath AllowedRecipients BlockedRecipients OverrideFrom PreserveMessageIDs "
        "RecipientAllowlist".split()
    )
    assert not any(relay.values())
    assert ui.pop("ChaosEnabled") is True
    assert ui == dict.fromkeys(("SpamAssassin", "DuplicatesIgnored", "HideDeleteAllButton"), False)


async def test_health(server: Server, client: httpx.AsyncClient) -> None:
    for path in ("livez", "readyz"):
        assert (await client.get(path)).status_code == 200

    async def broken() -> None:
        raise StoreError("the disk is full")

    server.mailbox.info = broken  # type: ignore[assignment,method-assign]
    answer = await client.get("readyz")
    assert (answer.status_code, answer.text) == (503, "the disk is full")
    assert (await client.get("livez")).status_code == 200
    assert (await client.get("api/v1/info")).status_code == 507


NAMES = """
messages messages_unread database_size_bytes memory_usage_bytes uptime_seconds messages_deleted_total
smtp_accepted_total smtp_accepted_size_bytes_total smtp_rejected_total smtp_ignored_total smtp_connections waiting
faults_fired_total
""".split()


async def test_metrics(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(more="X-Tags: blue/1\r\n"))
    answer = await client.get("metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert set(values) == {f"mailtrap_local_{name}" for name in NAMES} | {'mailtrap_local_tag_messages{tag="blue/1"}'}
    assert values["mailtrap_local_messages"] == values["mailtrap_local_smtp_accepted_total"] == "1"
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", answer.text, re.MULTILINE))
    assert {name for name, kind in kinds.items() if kind == "counter"} == {
        name for name in kinds if name.endswith("_total")
    }


async def test_errors_are_a_sentence_and_never_a_traceback(server: Server, client: httpx.AsyncClient) -> None:
    async def broken() -> None:
        raise RuntimeError("inner workings")

    server.mailbox.inboxes = broken  # type: ignore[assignment,method-assign]
    answer = await client.get("api/v1/inboxes")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_certificate_to_trust(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await client.get("api/v1/ca.pem")).text == "TLS is off; start the server with --tls"
    async with running(tls=True, smtp_tls_port=0) as (server, other):
        answer = await other.get("api/v1/ca.pem")
        assert (answer.status_code, answer.text) == (200, server.authority)
        assert answer.headers["content-type"] == "application/x-pem-file"
        ssl.create_default_context(cadata=answer.text)
    (tmp_path / "own.pem").write_bytes(Authority.made().leaf(["localhost"]))
    async with running(tls_cert=tmp_path / "own.pem", smtp_tls_port=0) as (_, other):
        assert "trust whoever signed that" in (await other.get("api/v1/ca.pem")).text


async def test_webui_says_what_smtp_clients_have_to_do() -> None:
    async with running(tls_required=True, smtp_tls_port=0, smtp_auth_required=True) as (server, client):
        ui = (await client.get("api/v1/webui")).json()
        assert ui["SMTPTLS"] == f"localhost:{server.smtp_tls_port}"
        assert ui["SMTPTerms"] == "STARTTLS (trust it: `mailtrap-local ca`); any user name and password"

"""The application about itself: figures, features, health, metrics; and the answers of features that are off."""

import os
import resource
import sys
from pathlib import Path
from time import monotonic

from msgspec import UNSET
from starlette.responses import Response

from mailtrap_local import __version__
from mailtrap_local.api import schema
from mailtrap_local.api.wire import moment
from mailtrap_local.errors import MailtrapLocalError, NotFound
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call
from mailtrap_local.rates import Metered
from mailtrap_local.settings import Settings
from mailtrap_local.store.base import Selection, StoreInfo


async def info(call: Call) -> Response:
    """GET /info; in an inbox's scope the counts and tags are its own."""
    store = await call.mailbox.info()
    page = await call.mailbox.page(Selection(inbox=call.inbox), limit=0)
    settings = call.front.settings
    information = schema.Information(
        Version=__version__,
        LatestVersion="disabled",
        Database=store.path,
        DatabaseSize=store.size,
        Messages=page.total,
        Unread=page.unread,
        Tags=await call.mailbox.tags(inbox=call.inbox),
        RuntimeStats=_runtime(call, store),
        Ports=_ports(settings),
        Limits=schema.Limits(settings.max_messages, settings.max_age, settings.byte_limit, settings.max_message_size),
        Cursor=str(call.mailbox.hub.cursor),
        Oldest=None if store.oldest is None else moment(store.oldest),
    )
    return await answer.json(information, to=call.connection)


def _ports(settings: Settings) -> schema.Ports:
    return schema.Ports(
        SMTP=[settings.smtp_port],
        HTTP=settings.http_port,
        SMTPS=[settings.smtp_tls_port] if settings.speaks_tls else UNSET,
        LMTP=UNSET if settings.lmtp_port is None else [settings.lmtp_port],
        SMTPSocket=UNSET if settings.smtp_socket is None else str(settings.smtp_socket),
        LMTPSocket=UNSET if settings.lmtp_socket is None else str(settings.lmtp_socket),
    )


def _runtime(call: Call, store: StoreInfo) -> schema.RuntimeStats:
    return schema.RuntimeStats(
        Uptime=int(monotonic() - call.front.started),
        Memory=_memory(),
        MessagesDeleted=store.deleted,
        SMTPAccepted=call.mailbox.received,
        SMTPAcceptedSize=call.mailbox.received_bytes,
        SMTPRejected=call.mailbox.rejected,
        SMTPIgnored=0,  # a duplicate is kept like any other mail
    )


def _memory() -> int:
    """Bytes of this process in memory now; where that cannot be read, the most there ever were."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


async def authority(call: Call) -> Response:
    """GET /ca.pem. Raises NotFound."""
    if not call.front.settings.speaks_tls:
        raise NotFound("TLS is off; start the server with --tls")
    if not call.front.authority:
        raise NotFound("the certificate of TLS was given with --tls-cert; trust whoever signed that")
    return Response(call.front.authority, media_type="application/x-pem-file")


async def webui(call: Call) -> Response:
    """GET /webui."""
    settings = call.front.settings
    ui = schema.WebUI(
        Label=settings.label,
        MessageRelay=schema.MessageRelay(),
        SpamAssassin=False,
        ChaosEnabled=True,
        DuplicatesIgnored=False,
        HideDeleteAllButton=False,
        Version=__version__,
        SMTP=f"{settings.reached_at}:{settings.smtp_port}",
        SMTPTLS=f"{settings.reached_at}:{settings.smtp_tls_port}" if settings.speaks_tls else "",
        SMTPTerms=settings.terms,
        Inboxes=True,
    )
    return await answer.json(ui, to=call.connection)


async def livez(_: Call) -> Response:
    """GET /livez: this process answers."""
    return answer.ok()


async def readyz(call: Call) -> Response:
    """GET /readyz: the store answers too."""
    try:
        await call.mailbox.info()
    except MailtrapLocalError as error:
        return answer.text(str(error), status=503)
    return answer.ok()


async def metrics(call: Call) -> Response:
    """GET /metrics, in Prometheus' text format 0.0.4."""
    store, tags = await call.mailbox.info(), await call.mailbox.tags()
    runtime = _runtime(call, store)
    rows = [
        *_metric("messages", "gauge", "Messages kept", store.messages),
        *_metric("messages_unread", "gauge", "Messages kept that nobody has read", store.unread),
        *_metric("database_size_bytes", "gauge", "Size of the database", store.size),
        *_metric("memory_usage_bytes", "gauge", "Memory of the process", runtime.Memory),
        *_metric("uptime_seconds", "gauge", "Seconds since the start", runtime.Uptime),
        *_metric("messages_deleted_total", "counter", "Messages deleted since the start", store.deleted),
        *_metric("smtp_accepted_total", "counter", "Messages received since the start", runtime.SMTPAccepted),
        *_metric("smtp_accepted_size_bytes_total", "counter", "Bytes received", runtime.SMTPAcceptedSize),
        *_metric("smtp_rejected_total", "counter", "Messages refused since the start", runtime.SMTPRejected),
        *_metric("smtp_ignored_total", "counter", "Messages dropped as duplicates", runtime.SMTPIgnored),
        *_metric("smtp_connections", "gauge", "SMTP clients that are connected now", call.front.sessions.ongoing),
        *_metric("waiting", "gauge", "Waits for mail that are held now", call.mailbox.waiting),
        *_metric("faults_fired_total", "counter", "Times that the faults in force have struck", _fired(call)),
        "# HELP mailtrap_local_rate_limited_total Times that a rate limit in force has refused",
        "# TYPE mailtrap_local_rate_limited_total counter",
        *(
            f"mailtrap_local_rate_limited_total{{{_limit(number, each)}}} {each.refused}"
            for number, each in enumerate(call.front.rates.all(), 1)
        ),
        "# HELP mailtrap_local_tag_messages Messages that bear a tag",
        "# TYPE mailtrap_local_tag_messages gauge",
        *(f'mailtrap_local_tag_messages{{tag="{_label(tag)}"}} {count}' for tag, count in tags.items()),
    ]
    return Response("\n".join(rows) + "\n", media_type="text/plain; version=0.0.4")


def _fired(call: Call) -> int:
    return sum(counted.fired for counted in call.front.faults.all())


def _limit(number: int, metered: Metered) -> str:
    """What tells this limit from the others."""
    limit = metered.limit
    told = {
        "number": number,
        "name": limit.name,
        "per": limit.per,
        "count": limit.count,
        "seconds": f"{limit.seconds:g}",
    }
    told |= {"where": limit.where, "inbox": limit.inbox or ""}
    return ",".join(f'{key}="{_label(str(value))}"' for key, value in told.items())


def _metric(name: str, kind: str, summary: str, value: int) -> tuple[str, str, str]:
    full = f"mailtrap_local_{name}"
    return f"# HELP {full} {summary}", f"# TYPE {full} {kind}", f"{full} {value}"


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


async def off(_: Call) -> Response:
    """What a route answers whose feature is off."""
    return answer.not_found()

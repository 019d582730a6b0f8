"""The route table: every address of the HTTP front, once. Routing, guards, openapi.json and tests come from it."""

from mailtrap_local.api import (
    bounce,
    extract,
    faults,
    inboxes,
    live,
    message,
    messages,
    openapi,
    parts,
    rates,
    schema,
    send,
    sessions,
    system,
    tags,
    ui,
    views,
    wait,
)
from mailtrap_local.http import bodies, validators
from mailtrap_local.http.route import Param, Route
from mailtrap_local.settings import Settings

V1 = "/api/v1"
TEXT = "text/plain"
HTML = "text/html"
BYTES = "application/octet-stream"
PEM = "application/x-pem-file"
JSON_OR_FORM = ("application/json", bodies.FORM)

START = Param("start", "integer", "How many to leave out from the newest on")
LIMIT = Param("limit", "integer", "How many at most; 50 if left out")
BEFORE = Param("before", "string", "Only messages received before this time")
UNTIL = Param("until", "string", "Only messages up to this cursor: the list as it was, for paging while mail comes")
SORT = Param("sort", "string", "newest, oldest, sender, subject, inbox, largest or smallest; newest if left out")
QUERY = Param("query", "string", "A search; narrows to what it finds")
SEARCH = Param("query", "string", "A search", required=True)
ZONE = Param("tz", "string", "IANA name of the time zone of dates in the search")
PEEK = Param("peek", "boolean", "Do not mark the message read")
PATTERN = Param("pattern", "string", "A regular expression (RE2) to find codes by: its first group, else all of it")
WITHIN = Param("within", "string", "Of the message inside that this part is; one inside that follows a comma")
CSS = Param("css", "string", "A CSS selector", required=True)
UNDO = Param("undo", "number", "Seconds for which the delete can be undone; left out, it is final")


def upload_cap(settings: Settings) -> int:
    """The largest body of a message as it is."""
    return settings.max_message_size


def send_cap(settings: Settings) -> int:
    """The largest body of /send: a message of the largest size whose content came as base64, and the JSON around it."""
    return settings.max_message_size * 4 // 3 + 1024 * 1024


ROUTES: tuple[Route, ...] = (
    # messages
    Route("GET", f"{V1}/messages", messages.list_messages, "List messages, newest first; limit=0 lists all",
          answer=schema.MessageList, query=(START, LIMIT, BEFORE, UNTIL, SORT, ZONE),
          validator=validators.of_state),
    Route("PUT", f"{V1}/messages", messages.mark_messages, "Set the read state: by IDs, by Search, else of all",
          media=TEXT, takes=schema.ReadChange, takes_media=JSON_OR_FORM, query=(ZONE,), changes=True),
    Route("DELETE", f"{V1}/messages", messages.delete_messages, "Delete messages by IDs, or all",
          answer=schema.Undo, media=TEXT, takes=schema.Deletion, takes_media=JSON_OR_FORM,
          query=(UNDO,), changes=True),
    Route("POST", f"{V1}/messages", messages.upload, "Put a message in as it is", answer=schema.Stored, takes=bytes,
          takes_media=("message/rfc822",), changes=True, ours=True, cap=upload_cap,
          query=(Param("from", "string", "MAIL FROM"), Param("to", "string", "RCPT TO; may repeat"))),
    Route("GET", f"{V1}/search", messages.search_messages, "Search messages, newest first",
          answer=schema.MessageList, query=(SEARCH, START, LIMIT, BEFORE, UNTIL, SORT, ZONE)),
    Route("DELETE", f"{V1}/search", messages.delete_found, "Delete what a search finds",
          answer=schema.Undo, media=TEXT, query=(SEARCH, ZONE, UNDO), changes=True),
    Route("POST", f"{V1}/undo/{{token}}", messages.undo, "Bring back what a delete with undo hid",
          answer=schema.Restored, changes=True, ours=True),
    Route("POST", f"{V1}/send", send.send, "Put a message in as its fields", answer=schema.Stored,
          takes=schema.SendMessage, changes=True, cap=send_cap),
    # a message; `latest` stands for the newest
    Route("GET", f"{V1}/message/{{id}}", message.show, "A message with all about it; marks it read",
          answer=schema.Message, query=(QUERY, ZONE, PEEK, WITHIN),
          validator=validators.of_peek),
    Route("GET", f"{V1}/message/{{id}}/headers", message.headers, "Its header fields",
          answer=dict[str, list[str]] | list[schema.Header],
          query=(QUERY, ZONE, WITHIN, Param("order", "boolean", "As a list, in the order and spelling sent")),
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/raw", message.raw, "Its source, byte for byte", media=TEXT,
          query=(QUERY, ZONE, WITHIN, Param("dl", "boolean", "As a file to keep")),
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/tree", message.tree, "Its MIME tree", answer=schema.Part,
          query=(QUERY, ZONE, WITHIN),
          ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/links", extract.links, "Its links, of text and HTML", answer=schema.LinkList,
          query=(QUERY, ZONE), ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/codes", extract.codes, "Its one-time codes, or what a pattern finds in its text",
          answer=schema.CodeList, query=(QUERY, ZONE, PATTERN), ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/images", extract.images, "The images of its HTML, with what stands for them",
          answer=schema.ImageList, query=(QUERY, ZONE), ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/unsubscribe", extract.unsubscribe,
          "How one gets off its list, and the request of one click (RFC 8058), which is not made",
          answer=schema.ListUnsubscribe, query=(QUERY, ZONE), ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/select", extract.select, "Elements of its HTML by CSS selector",
          answer=schema.ElementList, query=(QUERY, ZONE, CSS), ours=True,
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/session", message.session, "The SMTP conversation that brought it",
          answer=schema.Session, query=(QUERY, ZONE), ours=True),
    Route("GET", f"{V1}/message/{{id}}/preview", message.preview, "Its HTML, isolated, for an iframe",
          answer=schema.Blocked, media=HTML, ours=True,
          query=(QUERY, ZONE, WITHIN, Param("remote", "boolean", "Let images, styles and fonts load from elsewhere"),
                 Param("noimages", "boolean", "Show it as who has images off sees it"),
                 Param("count", "boolean", "Tell what is kept from loading, as JSON"))),
    Route("GET", f"{V1}/message/{{id}}/part/{{part}}", parts.content, "The decoded content of a part", media=BYTES,
          query=(QUERY, ZONE, WITHIN),
          validator=validators.of_source),
    Route("GET", f"{V1}/message/{{id}}/part/{{part}}/thumb", parts.thumb, "A part as a JPEG of 180 by 120 pixels",
          media="image/jpeg", query=(QUERY, ZONE, WITHIN)),
    Route("GET", f"{V1}/message/{{id}}/html-check", system.off, "HTML check: off", media=TEXT),
    Route("GET", f"{V1}/message/{{id}}/link-check", system.off, "Link check: off", media=TEXT, fetches=True),
    Route("GET", f"{V1}/message/{{id}}/sa-check", system.off, "Spam check: off", media=TEXT),
    Route("POST", f"{V1}/message/{{id}}/release", system.off, "Release to a real server: off", media=TEXT,
          changes=True),
    Route("POST", f"{V1}/message/{{id}}/bounce", bounce.bounce, "Report a failure, delay, success or complaint of it",
          answer=schema.Bounced, takes=schema.BounceOrder, takes_media=JSON_OR_FORM, query=(QUERY, ZONE),
          changes=True, fetches=True, ours=True),
    # tags
    Route("GET", f"{V1}/tags", tags.list_tags, "Every tag", answer=list[str],
          validator=validators.of_state),
    Route("PUT", f"{V1}/tags", tags.set_tags, "Set the tags of messages", media=TEXT, takes=schema.Tagging,
          changes=True),
    Route("PUT", f"{V1}/tags/{{tag:path}}", tags.rename_tag, "Rename a tag", media=TEXT, takes=schema.TagName,
          changes=True),
    Route("DELETE", f"{V1}/tags/{{tag:path}}", tags.remove_tag, "Take a tag off every message", media=TEXT,
          changes=True),
    # inboxes and conversations
    Route("GET", f"{V1}/inboxes", inboxes.list_inboxes, "Every inbox that holds a message or was made",
          answer=schema.InboxList, ours=True),
    Route("POST", f"{V1}/inboxes", inboxes.make_inbox, "Make a fresh inbox: SMTP credentials, an address, a base URL",
          answer=schema.MadeInbox, takes=schema.InboxName, takes_media=JSON_OR_FORM, changes=True, ours=True),
    Route("DELETE", f"{V1}/inboxes/{{name:path}}", inboxes.delete_inbox, "Delete an inbox with all that is its own",
          answer=schema.Undo, media=TEXT, query=(UNDO,), changes=True, ours=True),
    Route("GET", f"{V1}/sessions", sessions.list_sessions, "SMTP conversations, newest first",
          answer=schema.SessionList, query=(START, LIMIT), ours=True),
    Route("GET", f"{V1}/sessions/{{id}}", sessions.show, "An SMTP conversation, explained",
          answer=schema.Session, ours=True),
    # faults
    Route("GET", f"{V1}/faults", faults.list_faults, "Fault rules with their counts", answer=schema.FaultList,
          ours=True),
    Route("POST", f"{V1}/faults", faults.add_fault, "Put a fault in force", answer=schema.Fault,
          takes=schema.FaultRule, changes=True, ours=True),
    Route("PUT", f"{V1}/faults", faults.set_faults, "Have these faults and no others", answer=schema.FaultList,
          takes=schema.FaultRules, changes=True, ours=True),
    Route("DELETE", f"{V1}/faults", faults.remove_faults, "Remove every fault", media=TEXT, changes=True, ours=True),
    Route("GET", f"{V1}/faults/presets", faults.list_presets, "Faults that have a name, with real servers' words",
          answer=schema.FaultPresets, ours=True),
    Route("GET", f"{V1}/faults/{{id}}", faults.show_fault, "A fault with its counts", answer=schema.Fault, ours=True),
    Route("PUT", f"{V1}/faults/{{id}}", faults.change_fault, "Another fault in the place of this one",
          answer=schema.Fault, takes=schema.FaultRule, changes=True, ours=True),
    Route("DELETE", f"{V1}/faults/{{id}}", faults.remove_fault, "Remove a fault", media=TEXT, changes=True,
          ours=True),
    Route("POST", f"{V1}/faults/{{id}}/reset", faults.reset_fault, "Have a fault count from nothing again",
          answer=schema.Fault, changes=True, ours=True),
    Route("GET", f"{V1}/chaos", faults.show_chaos, "Refusals by chance, as Mailpit has them", answer=schema.Chaos),
    Route("PUT", f"{V1}/chaos", faults.set_chaos, "Set the refusals by chance; each is a fault", answer=schema.Chaos,
          takes=schema.Chaos, changes=True),
    Route("GET", f"{V1}/rate-limits", rates.list_limits, "Rate limits with what they held back",
          answer=schema.RateLimits, ours=True),
    Route("POST", f"{V1}/rate-limits", rates.add_limits, "Put a rate limit in force, or those of a preset",
          answer=schema.RateLimits, takes=schema.RateRule, changes=True, ours=True),
    Route("PUT", f"{V1}/rate-limits", rates.set_limits, "Have these rate limits and no others",
          answer=schema.RateLimits, takes=schema.RateRules, changes=True, ours=True),
    Route("DELETE", f"{V1}/rate-limits", rates.remove_limits, "Remove every rate limit", media=TEXT, changes=True,
          ours=True),
    Route("GET", f"{V1}/rate-limits/presets", rates.list_presets, "Rate limits that have a provider's name",
          answer=schema.RatePresets, ours=True),
    Route("GET", f"{V1}/rate-limits/{{id}}", rates.show_limit, "A rate limit with what it held back",
          answer=schema.RateLimit, ours=True),
    Route("DELETE", f"{V1}/rate-limits/{{id}}", rates.remove_limit, "Remove a rate limit", media=TEXT, changes=True,
          ours=True),
    # news
    Route("GET", f"{V1}/cursor", wait.cursor, "Where the order of arrival stands now", answer=schema.CursorNow,
          ours=True),
    Route("WS", f"{V1}/live", live.live, "What happens, in order, resumable", answer=schema.Frame, ours=True,
          query=(QUERY, ZONE, Param("since", "string", "The cursor to go on from"))),
    Route("WS", "/api/events", live.events, "What happens, in Mailpit's frames", answer=schema.MailpitFrame),
    Route("GET", f"{V1}/wait", wait.wait, "Wait for messages, and get them whole the moment they have come",
          answer=schema.Found, otherwise=((404, schema.NotFoundInTime), (409, schema.NotFoundInTime)), ours=True,
          query=(QUERY, ZONE, Param("count", "integer", "How many; 0 asks for silence"),
                 Param("exact", "boolean", "Not one more, to the end of the time"),
                 Param("since", "string", "The cursor behind which to look; left out, all that is stored counts"),
                 Param("timeout", "number", "Seconds to wait, at most 60; 10 if left out"))),
    # the application
    Route("GET", f"{V1}/info", system.info, "Figures of the application and its store", answer=schema.Information),
    Route("GET", f"{V1}/webui", system.webui, "What a user interface needs to know", answer=schema.WebUI),
    Route("GET", f"{V1}/ca.pem", system.authority, "The certificate that clients of SMTP with TLS have to trust",
          media=PEM, ours=True),
    Route("GET", f"{V1}/openapi.json", openapi.document, "This description (OpenAPI 3.1)", answer=dict, ours=True),
    Route("GET", f"{V1}/", openapi.listing, "The routes, one a line", media=TEXT),
    Route("GET", "/livez", system.livez, "The process answers", media=TEXT),
    Route("GET", "/readyz", system.readyz, "The store answers too", media=TEXT),
    Route("GET", "/metrics", system.metrics, "Figures for Prometheus", media=TEXT),
    # pages
    Route("GET", "/view/latest", views.latest, "On to the newest message", media=TEXT, query=(QUERY, ZONE)),
    Route("GET", "/view/{id}.html", views.html, "The HTML of a message, isolated; marks it read", media=HTML,
          query=(QUERY, ZONE, PEEK)),
    Route("GET", "/view/{id}.txt", views.plain, "The text of a message; marks it read", media=TEXT,
          query=(QUERY, ZONE, PEEK)),
    Route("GET", "/view/{id}", ui.index, "The web page, opened at a message", media=HTML),
    Route("GET", "/", ui.index, "The web page", media=HTML),
    Route("GET", "/static/{file:path}", ui.static, "A file of the web page", media=BYTES),
)  # fmt: skip

"""The blocking client against a whole server."""

import email
import gc
import re
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from textwrap import dedent

import pytest

from mailtrap_local.client import (
    Client,
    CursorGone,
    MailtrapError,
    Missing,
    NoMatch,
    ServerRefused,
    TooManyMatches,
    Unreachable,
)
from mailtrap_local.pytest_plugin.inbox import Mailtrap


def smtp(inbox: Mailtrap, subject: str, *, to: str = "ann@x.org", body: str = "hi", user: str | None = None) -> None:
    with smtplib.SMTP(inbox.smtp_host, inbox.smtp_port, timeout=10) as session:
        session.login(user or inbox.smtp_user, inbox.smtp_password)
        head = f"From: App <app@x.org>\r\nTo: {to}\r\nSubject: {subject}\r\nX-Tenant: blue\r\n"
        session.sendmail("app@x.org", [to], f"{head}\r\n{body}\r\n")


def told(failure: pytest.ExceptionInfo[BaseException], inbox: Client) -> str:
    """The text of an error without what differs between runs."""
    return re.sub(r"127\.0\.0\.1:\d+", "HOST:PORT", str(failure.value).replace(inbox.smtp_user, "INBOX"))


def test_a_message_and_all_about_it(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "Welcome", body="Hello Ann")
    message = mailtrap.wait(to="ann@x.org", subject="welcome", contains="hello", header={"X-Tenant": "blue"})
    assert (message.subject, message.text.strip(), message.html, message.has_text) == ("Welcome", "Hello Ann", "", True)
    assert (str(message.from_), message.to[0].address, message.cc) == ("App <app@x.org>", "ann@x.org", ())
    assert (message.mail_from, message.recipients) == ("app@x.org", ("ann@x.org",))
    assert (message.inbox, message.username) == (mailtrap.smtp_user, mailtrap.smtp_user)
    assert message.headers["x-tenant"] == "blue"
    assert message.raw().endswith(b"\r\n\r\nHello Ann\r\n")
    assert message.raw() == mailtrap.raw(message.id)
    assert mailtrap.get(message.id) == mailtrap.latest()
    assert repr(message) == f"<Message 'Welcome' from App <app@x.org> to ann@x.org, inbox '{mailtrap.smtp_user}'>"
    (row,) = mailtrap.messages()
    assert (row.id, row.read, row.size) == (message.id, False, message.size)
    assert mailtrap.messages(subject="other") == ()


def test_files(mailtrap: Mailtrap) -> None:
    name = mailtrap.send(
        from_="App <app@x.org>",
        to="ann@x.org",
        subject="Bill",
        text="see",
        html="<p>see",
        attachments={"a.bin": b"\0\xff"},
    )
    message = mailtrap.wait(subject="Bill")
    assert message.id == name
    (file,) = message.attachments
    assert (file.filename, file.size, file.content()) == ("a.bin", 2, b"\0\xff")
    assert "1 attachment," not in repr(message)
    assert repr(message).endswith(", 1 attachment>")


def test_a_mail_as_it_is(mailtrap: Mailtrap) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Grüße", "ann@x.org"
    mail.set_content("hi")
    mailtrap.put(mail, from_="app@x.org", to=["ann@x.org", "blind@x.org"])
    mailtrap.put(b"Subject: bare\r\n\r\n", to=["bob@y.org"])
    message = mailtrap.wait(subject="Grüße")
    assert message.bcc[0].address == "blind@x.org"
    assert email.message_from_bytes(message.raw())["To"] == "ann@x.org"
    assert mailtrap.wait(subject="bare").recipients == ("bob@y.org",)


def test_it_comes_while_it_is_waited_for(mailtrap: Mailtrap) -> None:
    with ThreadPoolExecutor(2) as pool:
        several = pool.submit(mailtrap.wait_all, subject="two", count=2, timeout=30)
        one = pool.submit(mailtrap.wait, subject="one", timeout=30)
        for subject in ("two of", "other", "one", "of two"):
            smtp(mailtrap, subject)
        assert one.result().subject == "one"
        assert [message.subject for message in several.result()] == ["two of", "of two"]


def test_only_what_the_act_brings_about(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "Reset, old")
    with mailtrap.expecting(subject="Reset") as mail:
        smtp(mailtrap, "Reset, new")
        with pytest.raises(MailtrapError, match="behind that"):
            _ = mail.message
    assert mail.message.subject == "Reset, new"
    assert mail.messages == (mail.message,)
    assert mailtrap.wait(subject="Reset").subject == "Reset, old"
    mailtrap.expect_none(since=mail.message.cursor, timeout=0.05)


def test_a_block_that_fails_is_not_waited_for(mailtrap: Mailtrap) -> None:
    with pytest.raises(ZeroDivisionError), mailtrap.expecting(timeout=60):
        _ = 1 / 0


def test_exactly(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "one")
    assert mailtrap.wait(exact=True, timeout=0.05).subject == "one"
    smtp(mailtrap, "two")
    with pytest.raises(TooManyMatches) as failure:
        mailtrap.wait(to="ann@x.org", exact=True, timeout=30)
    assert [message.subject for message in failure.value.messages] == ["one", "two"]
    assert told(failure, mailtrap) == dedent("""\
        Expected 1 message with to:="ann@x.org" in the inbox 'INBOX', and 2 came:

          from       to         subject
          app@x.org  ann@x.org  one
          app@x.org  ann@x.org  two

        If older mail was found, take `cursor()` before the act and give it as `since=`, or use `expecting()`.""")


def test_none(mailtrap: Mailtrap) -> None:
    mailtrap.expect_none(timeout=0.05)
    smtp(mailtrap, "unwanted")
    mailtrap.expect_none(subject="other", timeout=0.05)
    with pytest.raises(TooManyMatches, match=r"Expected no mail in the inbox '[^']+', and 1 did come:"):
        mailtrap.expect_none(timeout=30)


def test_near_misses(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "Welcome")
    smtp(mailtrap, "Reset", to="bob@y.org")
    with pytest.raises(NoMatch) as failure:
        mailtrap.wait(to="ann@x.org", subject="Reset", timeout=0.05)
    assert told(failure, mailtrap) == dedent("""\
        No mail with to:="ann@x.org" subject:"Reset" in the inbox 'INBOX' came within 0.05 s.

        What came nearest, and the terms that it does not meet:
          from       to         subject  not met
          app@x.org  bob@y.org  Reset    to:="ann@x.org"
          app@x.org  ann@x.org  Welcome  subject:"Reset"

        Change what is asked for, or what the app sends; with `timeout=` mail has longer to come.""")
    assert [miss.failed for miss in failure.value.near_misses] == [('to:="ann@x.org"',), ('subject:"Reset"',)]


def test_too_few(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "one")
    with pytest.raises(NoMatch) as failure:
        mailtrap.wait_all(count=2, timeout=0.05)
    assert told(failure, mailtrap) == dedent("""\
        1 of 2 messages in the inbox 'INBOX' came within 0.05 s.

        These did match:
          from       to         subject
          app@x.org  ann@x.org  one

        Nothing else came; with `timeout=` mail has longer to come.""")


def test_tables_are_short(mailtrap: Mailtrap) -> None:
    for number in range(7):
        smtp(mailtrap, f"{number} " + "long " * 20)
    with pytest.raises(NoMatch) as failure:
        mailtrap.wait_all(count=8, timeout=0.05)
    lines = str(failure.value).splitlines()
    assert sum("app@x.org" in line for line in lines) == 5
    assert "  ... and 2 more" in lines
    assert max(map(len, lines)) <= 120


def test_mail_that_went_elsewhere(mailtrap: Mailtrap) -> None:
    other = f"{mailtrap.smtp_user}-other"
    smtp(mailtrap, "lost", user=other)
    with pytest.raises(NoMatch) as failure:
        mailtrap.wait(subject="lost", timeout=0.05)
    text = told(failure, mailtrap)
    assert text.startswith(
        "No mail with subject:\"lost\" in the inbox 'INBOX' came within 0.05 s.\n\nNothing has come to"
    )
    assert text.endswith(
        "Mail comes here by the SMTP user name 'INBOX' at HOST:PORT,\nor by a header field `X-Inbox: INBOX`."
    )


def test_a_made_inbox_names_its_address(mailtrap: Mailtrap) -> None:
    address = mailtrap.address()
    with pytest.raises(NoMatch, match=rf"(?m)^or to {address},$"):
        mailtrap.wait(timeout=0)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda inbox: inbox.get("../x"), r"'\.\./x' is not the id of a message; take the `id` of one that was found"),
        (lambda inbox: inbox.wait(timeout=-1), "timeout=-1 is no number of seconds to wait; give 0 or more"),
        (lambda inbox: inbox.wait(header={"a b": "c"}), r"'a b' is not the name of a header field; write header=\{"),
    ],
)
def test_mistakes_of_the_caller_are_told(mailtrap: Mailtrap, act: Callable[[Mailtrap], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        act(mailtrap)


def test_mail_of_before_is_not_called_missing(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "old")
    with pytest.raises(NoMatch, match="With `since=` older mail does not count"):
        mailtrap.wait(since=mailtrap.cursor(), timeout=0.05)


def test_the_latest(mailtrap: Mailtrap) -> None:
    with pytest.raises(NoMatch, match=r"(?s)^No mail in the inbox .* is there\..*Mail comes here by"):
        mailtrap.latest()
    for subject in ("one", "two", "three"):
        smtp(mailtrap, subject)
    assert mailtrap.latest().subject == "three"
    assert mailtrap.latest(subject="t").subject == "three"
    assert mailtrap.latest("subject:t -subject:three").subject == "two"
    with pytest.raises(NoMatch, match=r"(?s)is there\..*not met"):
        mailtrap.latest(subject="four")


def test_deleting(mailtrap: Mailtrap) -> None:
    other = mailtrap.inbox(f"{mailtrap.smtp_user}-other")
    ids = [mailtrap.send(from_="a@x.org", subject=subject) for subject in ("one", "two", "three")]
    kept = other.send(from_="a@x.org")
    mailtrap.delete()
    mailtrap.delete(ids[0])
    assert [row.id for row in mailtrap.messages()] == [ids[2], ids[1]]
    mailtrap.clear()
    assert mailtrap.messages() == ()
    assert other.get(kept).id == kept
    with pytest.raises(Missing, match=rf"^There is no message '{kept}' in the inbox '.*': it was deleted, or is in"):
        mailtrap.get(kept)


def test_conversations(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "one")
    (conversation,) = mailtrap.conversations()
    assert (conversation.username, conversation.errors) == (mailtrap.smtp_user, 0)
    assert re.search(r"(?m)^ +\d+\.\d ms  C: rcpt TO:<ann@x.org>$", str(conversation))


def test_what_the_server_refuses(mailtrap: Mailtrap) -> None:
    with pytest.raises(ServerRefused, match="400: to: at character 1 has no value"):
        mailtrap.wait("to:")
    with pytest.raises(CursorGone, match="another database"):
        mailtrap.wait(since="other-1")
    with pytest.raises(ServerRefused, match="400"):
        mailtrap.send(from_="a@x.org", headers={"Date": "never"})


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with Client(url) as client, pytest.raises(Unreachable, match=f"No catcher answers at {url} .*refused"):
            client.cursor()


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """Somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_somebody_who_never_answers(mute: socket.socket) -> None:
    url = f"http://127.0.0.1:{mute.getsockname()[1]}"
    with Client(url, timeout=0.05) as client, pytest.raises(Unreachable, match=r"GET /api/v1/cursor within 0\.05 s"):
        client.cursor()


def test_connections_that_end_between_two_calls(mute: socket.socket) -> None:
    body = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"cursor":"c"}'

    def answer_once_each() -> None:
        for _ in range(3):
            connection, _ = mute.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(body)

    thread = threading.Thread(target=answer_once_each)
    thread.start()
    with Client(f"http://127.0.0.1:{mute.getsockname()[1]}") as client:
        assert [client.cursor() for _ in range(3)] == ["c", "c", "c"]
    thread.join(10)
    assert not thread.is_alive()


def test_another_catcher(mute: socket.socket) -> None:
    def answer() -> None:
        connection, _ = mute.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"Version":"v1.30"}')

    thread = threading.Thread(target=answer)
    thread.start()
    with Client(f"http://127.0.0.1:{mute.getsockname()[1]}") as client:
        with pytest.raises(MailtrapError, match="no mailtrap-local"):
            client.smtp_address()
    thread.join(10)


def test_a_client_that_is_dropped_leaves_nothing_open(mailtrap: Mailtrap) -> None:
    client = Client(mailtrap.url)
    client.cursor()
    (kept,) = client._connections._idle
    del client
    gc.collect()
    assert kept.socket.fileno() == -1


def test_a_port_that_speaks_something_else(mailtrap: Mailtrap) -> None:
    url = f"http://127.0.0.1:{mailtrap.smtp_port}"
    with Client(url) as client, pytest.raises(Unreachable, match=f"{url}: what answers there is no HTTP server"):
        client.cursor()


def test_pages_marks_and_tags(mailtrap: Mailtrap) -> None:
    names = [mailtrap.put(f"Subject: {each}\r\n\r\n".encode()) for each in ("one", "two", "three")]
    page = mailtrap.page(limit=2)
    assert [row.subject for row in page.messages] == ["three", "two"]
    assert (page.matched, page.total, page.warnings, page.wire["count"]) == (3, 3, (), 2)
    assert mailtrap.page("subject:o", limit=None, start=1).messages == mailtrap.page(limit=None).messages[2:]
    assert mailtrap.page("suject:o").warnings
    assert [row.subject for row in mailtrap.page(limit=2, until=page.next).messages] == ["one"]
    assert [row.subject for row in mailtrap.page("subject:o", until=page.next).messages] == ["one"]
    assert mailtrap.page(limit=2, until=page.next).next == ""
    mailtrap.mark(names[0], names[1])
    mailtrap.tag(names[2], tags=["red", "blue"])
    assert [(row.read, set(row.tags)) for row in mailtrap.page().messages] == [
        (False, {"red", "blue"}),
        (True, set()),
        (True, set()),
    ]
    mailtrap.mark(names[0], read=False)
    assert not mailtrap.get(names[0]).wire["Read"]
    mailtrap.mark()  # nobody is not everybody
    assert mailtrap.messages("is:unread", limit=9) == tuple(row for row in mailtrap.messages() if not row.read)


def test_the_conversation_that_brought_a_message(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "Hi")
    assert mailtrap.conversation_of(mailtrap.latest().id) == mailtrap.conversations()[0]
    with pytest.raises(Missing):
        mailtrap.conversation_of(mailtrap.put(b"Subject: by HTTP\r\n\r\n"))


def test_silence_ends_at_a_cursor(mailtrap: Mailtrap) -> None:
    mailtrap.put(b"Subject: before\r\n\r\n")
    since = mailtrap.expect_none(subject="after", timeout=0.05)
    name = mailtrap.put(b"Subject: after\r\n\r\n")
    assert mailtrap.wait(since=since).id == name


def test_a_failed_wait_says_how_far_it_looked(mailtrap: Mailtrap) -> None:
    with pytest.raises(NoMatch) as missed:
        mailtrap.wait(timeout=0)
    assert mailtrap.smtp_user in missed.value.hint
    mailtrap.put(b"Subject: late\r\n\r\n")
    assert mailtrap.wait(since=missed.value.cursor).subject == "late"
    with pytest.raises(TooManyMatches) as many:
        mailtrap.expect_none(timeout=0)
    assert many.value.cursor


def test_a_bounce_comes_back(mailtrap: Mailtrap) -> None:
    smtp(mailtrap, "Order 8", to="gone@x.org")
    sent = mailtrap.wait(subject="Order 8")
    told = mailtrap.bounce(sent.id, diagnostic="550 5.1.1 no such user")
    assert (told.kind, told.recipients, told.silent) == ("failed", ("gone@x.org",), {})
    report = mailtrap.wait(subject="Delivery failed")
    assert report.id == told.report
    assert "550 5.1.1 no such user" in report.text
    with pytest.raises(ServerRefused, match="no recipient"):
        mailtrap.bounce(sent.id, recipients=["other@x.org"])


def test_the_certificate_to_trust(mailtrap: Mailtrap) -> None:
    with pytest.raises(Missing):
        mailtrap.authority()  # tests/cli/test_send.py has a server that speaks TLS

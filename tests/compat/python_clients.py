"""Clients of other catchers from PyPI: a check for each of their calls. They block, so they are for a thread."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import mailhog  # type: ignore[import-untyped]
from mailpit.client.api import API  # type: ignore[import-untyped]
from mailpit.testing.unittest import EMailTestCase  # type: ignore[import-untyped]

Checks = Mapping[str, Callable[[], None]]


def mailpit_api_client(url: str, *, rich: str, plain: str) -> tuple[frozenset[str], Checks]:
    """The calls that `mailpit-api-client` has, and the checks."""
    api = API(url.rstrip("/"))

    def get_messages() -> None:
        listed = api.get_messages(limit=1, start=1)
        (message,) = listed.messages
        assert (listed.total, listed.start, message.id, message.subject) == (2, 1, plain, "Hello")
        assert (message.from_.address, message.to[0].address, message.read) == ("ann@x.org", "bob@y.org", False)

    def get_message() -> None:
        message = api.get_message(rich)
        assert (message.subject, message.from_.name, message.cc[0].address) == ("Grüße <b>", "Zoë", "c@x.org")
        assert [file.file_name for file in message.attachments] == ["notes.txt", "evil.html"]
        assert message.date.isoformat() == "2026-11-24T10:11:12+01:00"

    def get_message_attachment() -> None:
        assert api.get_message_attachment(rich, "2") == "attached"

    def get_message_headers() -> None:
        headers = api.get_message_headers(rich)
        assert (headers.message_id, headers.additional["X-Long"]) == (["<m1@x.org>"], ["one two"])

    def put_messages() -> None:
        for read, ids in ((True, {rich, plain}), (False, {rich})):
            api.put_messages([plain], "Read", read)
            assert {message.id for message in api.get_messages().messages if message.read} == ids

    def delete_messages() -> None:
        api.delete_messages([plain])
        assert [message.id for message in api.get_messages().messages] == [rich]
        api.delete_messages([])
        assert api.get_messages().total == 0

    class Case(EMailTestCase):  # type: ignore[misc]
        api_url = url.rstrip("/")

    Case.setUpClass()

    def assert_message_received() -> None:
        Case().assertMessageReceived("m1@x.org")

    def assert_message_equal() -> None:
        Case().assertMessageEqual(api.get_message(rich), api.get_message(rich))

    checks = {
        "get_messages": get_messages,
        "get_message": get_message,
        "get_message_attachment": get_message_attachment,
        "get_message_headers": get_message_headers,
        "assertMessageReceived": assert_message_received,
        "assertMessageEqual": assert_message_equal,
        "put_messages": put_messages,
        "delete_messages": delete_messages,
    }
    return _methods(API) | {name for name in vars(EMailTestCase) if name.startswith("assert")}, checks


def mailhog_client(url: str, *, rich: str, plain: str) -> tuple[frozenset[str], Checks]:
    """The calls that `mailhog` has, and the checks."""
    there = urlsplit(url)
    client = mailhog.Mailhog(there.hostname or "", there.port or 0)

    def messages() -> None:
        listed = client.messages()
        assert (listed.total, listed.count, listed.start) == (2, 2, 0)
        first, second = listed.items
        assert (first.id, second.id, second.content.body) == (rich, plain, "some text")
        assert [part.body for part in first.mime.parts[1:]] == ["attached", "<script>alert(1)</script>", "--"]
        assert [message.id for message in client.messages(1, 1).items] == [plain]

    def search() -> None:
        assert [message.id for message in client.search("hidden@z.org", "to").items] == [plain]
        assert client.search("nowhere").total == 0

    def get_sender() -> None:
        assert [message.get_sender() for message in client.messages().items] == ["zoe@x.org", "ann@x.org"]

    def get_recipients() -> None:
        assert client.messages(1).items[0].get_recipients() == ["bob@y.org", "hidden@z.org"]

    def get_subject() -> None:
        assert client.messages(1).items[0].get_subject() == "Hello"

    def delete() -> None:
        client.delete(client.messages(1).items[0])
        assert [message.id for message in client.messages().items] == [rich]

    def delete_all() -> None:
        client.delete_all()
        assert client.messages().total == 0

    checks = {
        "messages": messages,
        "search": search,
        "get_sender": get_sender,
        "get_recipients": get_recipients,
        "get_subject": get_subject,
        "delete": delete,
        "delete_all": delete_all,
    }
    return _methods(mailhog.Mailhog) | _methods(mailhog.Message), checks


def _methods(kind: type) -> frozenset[str]:
    return frozenset(name for name, value in vars(kind).items() if callable(value) and not name.startswith("_"))

import pytest

from mailtrap_local import limits, mime
from mailtrap_local.mailbox import intake
from mailtrap_local.model import Address, Arrival, Entry, Envelope, Origin, Recipient


def arrival(header: str, *rcpt: str, username: str = "", inbox: str | None = None) -> Arrival:
    envelope = Envelope("ann@x.org", (), tuple(Recipient(address) for address in rcpt))
    return Arrival(f"{header}\r\n\r\nbody\r\n".encode(), envelope, Origin(username=username), inbox)


def taken(arrived: Arrival, *, plus_tags: bool = True) -> Entry:
    return intake.entry(arrived, *mime.read(arrived.raw), created=1, plus_tags=plus_tags)


@pytest.mark.parametrize(
    ("named", "username", "header", "inbox"),
    [
        ("path", "user", "X-Inbox: field", "path"),
        (None, "user", "X-Inbox: field", "user"),
        (None, "", "X-Inbox: field", "field"),
        (None, "", "Subject: x", "default"),
        (None, "", "X-Inbox:  ", "default"),
        (None, "a\r\nb\x00", "Subject: x", "a b"),
        (None, "n" * 500, "Subject: x", "n" * 200),
        (None, "..", "Subject: x", "default"),
        (None, "", "X-Inbox: .", "default"),
        (None, "...", "Subject: x", "..."),
    ],
)
def test_the_inbox(named: str | None, username: str, header: str, inbox: str) -> None:
    assert taken(arrival(header, username=username, inbox=named)).inbox == inbox


def test_a_made_address_counts_last() -> None:
    for arrived, addressed, inbox in (
        (arrival("Subject: x"), "made", "made"),
        (arrival("X-Inbox: field"), "made", "field"),
        (arrival("Subject: x"), "default", "default"),
    ):
        assert intake.read(arrived, created=1, addressed=addressed, plus_tags=True).inbox == inbox


def test_bcc_is_each_rcpt_that_no_field_names_once() -> None:
    kept = taken(
        arrival("To: Bob <BOB@y.org>\r\nCc: c@y.org\r\nBcc: d@y.org", "bob@y.org", "c@Y.org", "e@y.org", "E@y.org")
    )
    assert kept.head.bcc == (Address("", "d@y.org"), Address("", "e@y.org"))


def test_tags_come_from_the_header_and_from_plus_addresses() -> None:
    kept = arrival("X-Tags: Blue, red,blue , <script>, \r\nTo: a+Green@y.org, plain@y.org", "hidden+deep+er@y.org")
    assert taken(kept).tags == ("Blue", "deep+er", "Green", "red")
    assert taken(kept, plus_tags=False).tags == ("Blue", "red")


def test_what_may_be_a_tag() -> None:
    assert intake.valid_tags(["ok", "two  words", "ümlaut", "a.b-c_d", "", " ", "a,b", "x" * 101, "<b>", "OK"]) == (
        "a.b-c_d",
        "ok",
        "two words",
        "ümlaut",
    )


def test_a_mail_bears_a_bounded_number_of_tags() -> None:
    assert len(taken(arrival("X-Tags: " + ",".join(f"t{number}" for number in range(2_000)))).tags) == limits.TAGS

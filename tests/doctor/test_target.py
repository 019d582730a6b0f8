"""Which server is meant."""

import pytest

from mailtrap_local.doctor.target import Target, read_target
from mailtrap_local.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("smtp://u:p@mail.example.com:2525", Target("mail.example.com", 2525, "starttls", "u", "p")),
        ("smtps://mail.example.com", Target("mail.example.com", 465, "tls")),
        ("mail.example.com", Target("mail.example.com", 25)),
        ("u:p@mail.example.com", Target("mail.example.com", 587, "starttls", "u", "p")),
        ("mail.example.com:465", Target("mail.example.com", 465, "tls")),
        ("smtp://mail.example.com:465/", Target("mail.example.com", 465, "starttls")),
        ("[::1]:1025", Target("::1", 1025)),
        ("SMTP://ann%40x.org:p%3A%2F%40@h:1", Target("h", 1, "starttls", "ann@x.org", "p:/@")),
        ("smtp://u;AUTH=xoauth2:p@h:1", Target("h", 1, "starttls", "u", "p", "XOAUTH2")),
        ("u;auth=*:p@h:1", Target("h", 1, "starttls", "u", "p")),
        ("smtp://u%3BAUTH=x:p@h:1", Target("h", 1, "starttls", "u;AUTH=x", "p")),
        ("smtp://;AUTH=OAUTHBEARER:p@h:1", Target("h", 1, "starttls", "", "p", "OAUTHBEARER")),
        ("smtp://u:pa@ss:w@h:1", Target("h", 1, "starttls", "u", "pa@ss:w")),
    ],
)
def test_what_is_understood(text: str, target: Target) -> None:
    assert read_target(text) == target
    assert "p:/@" not in repr(read_target(text)) + target.shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no server"),
        ("http://x:80", "http://"),
        ("smtp://x:70000", "1 to 65535"),
        ("smtp://x:y", "no server"),
        ("smtp://u:secret@", "no server"),
        ("two words", "no server"),
        ("smtp://u%00:p@h", "NUL"),
        ("smtp://u;AUTH=NTLM:secret@h", "'NTLM' is no mechanism that is spoken here; there are SCRAM-SHA-256"),
        ("smtp://;AUTH=PLAIN:secret@h", "PLAIN logs somebody in"),
        ("smtp://u;AUTH=XOAUTH2@h", "takes a token in place of the password"),
        ("smtp://u;AUTH=OAUTHBEARER:the secret@h", "ASCII without blanks"),
    ],
)
def test_what_is_not(text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words) as raised:
        read_target(text)
    assert "secret" not in str(raised.value)


def test_plain() -> None:
    assert read_target("h:25", plain=True).security == "plain"
    with pytest.raises(BadRequest, match="--plain"):
        read_target("smtps://h", plain=True)


def test_the_mechanism_may_be_said_beside() -> None:
    assert read_target("u:p@h", mechanism="oauthbearer").mechanism == "OAUTHBEARER"
    assert read_target("u;AUTH=PLAIN:p@h", mechanism="plain").mechanism == "PLAIN"
    with pytest.raises(BadRequest, match="the URL says PLAIN, and --auth-mechanism LOGIN"):
        read_target("u;AUTH=PLAIN:p@h", mechanism="LOGIN")
    with pytest.raises(BadRequest, match="SCRAM-SHA-256 logs somebody in"):
        read_target("h", mechanism="SCRAM-SHA-256")


def test_which_are_here() -> None:
    assert [read_target(text).is_here for text in ("localhost", "127.0.0.9", "[::1]", "LOCALHOST.")] == [True] * 4
    assert not read_target("mail.example.com").is_here

"""What may be asked for, and what the sender's wishes leave of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.bounces.order import Order, choose, read_terms, sift
from mailtrap_local.bounces.wishes import Original, decoded, envid_of, ret_of, wishes_of
from mailtrap_local.errors import BadRequest
from mailtrap_local.model import Envelope, Recipient


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(kind="lost"), "no report of kind"),
        (Order(status="2.0.0"), "5.x.x"),
        (Order(kind="delayed", status="5.0.0"), "4.x.x"),
        (Order(kind="delivered", status="4.0.0"), "2.x.x"),
        (Order(status="5.1"), "RFC 3463"),
        (Order(diagnostic="a\r\nSubject: evil"), "control characters"),
        (Order(diagnostic="x" * 501), "500"),
        (Order(remote_mta="a b"), "no name of a host"),
        (Order(feedback="abuse"), "only a complaint"),
        (Order(kind="complaint", feedback="boredom"), "not-spam"),
        (Order(kind="complaint", status="5.0.0"), "leave them out"),
    ],
)
def test_what_makes_no_sense(order: Order, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read_terms(order)


@pytest.mark.parametrize(
    ("order", "status", "diagnostic"),
    [
        (Order(), "5.1.1", "550 5.1.1 no such mailbox"),
        (Order(diagnostic="552 5.2.2 full"), "5.2.2", "552 5.2.2 full"),
        (Order(diagnostic="no idea"), "5.1.1", "no idea"),
        (Order(status="4.4.7"), "4.4.7", "451 4.4.7 failed"),
        (Order(status="5.7.1"), "5.7.1", "550 5.7.1 failed"),
        (Order(kind="delivered"), "2.1.5", ""),
        (Order(kind="delivered", status="2.0.0"), "2.0.0", ""),
    ],
)
def test_what_a_report_says_unless_told(order: Order, status: str, diagnostic: str) -> None:
    terms = read_terms(order)
    assert (terms.status, terms.diagnostic) == (status, diagnostic)


ENVELOPE = Envelope("a@x.org", (), (Recipient("Bob@y.org"), Recipient("eve@z.org", ("NOTIFY=NEVER",))))


def test_recipients_are_those_of_the_envelope() -> None:
    assert choose(ENVELOPE, ()) == ENVELOPE.recipients
    assert choose(ENVELOPE, ("bob@Y.ORG",)) == ENVELOPE.recipients[:1]
    with pytest.raises(BadRequest, match=r"'eva@z\.org' is no recipient.*Bob@y\.org, eve@z\.org"):
        choose(ENVELOPE, ("Bob@y.org", "eva@z.org"))
    with pytest.raises(BadRequest, match="no recipients"):
        choose(Envelope("a@x.org"), ())


def test_never_is_never() -> None:
    for kind in ("failed", "delayed", "delivered"):
        concerned, silent = sift(read_terms(Order(kind=kind)).kind, ENVELOPE.recipients)
        assert "NOTIFY=NEVER" in silent["eve@z.org"]
        assert [each.address for each in concerned] == (["Bob@y.org"] if kind != "delivered" else [])
    concerned, silent = sift(read_terms(Order(kind="complaint")).kind, ENVELOPE.recipients)
    assert (len(concerned), silent) == (2, {})


def test_parameters_as_they_were_sent() -> None:
    assert ret_of(Envelope("", ("SIZE=1", "ret=hdrs"))) == "HDRS"
    assert envid_of(Envelope("", ("ENVID=a+2Bb",))) == "a+b"
    assert envid_of(Envelope("", ("ENVID=+0D+0AX",))) == ""
    assert wishes_of(Recipient("b", ("ORCPT=rfc822;x+40y",))).original == Original("rfc822", "x@y")
    assert wishes_of(Recipient("b", (r"ORCPT=utf-8;\x{E4}@y",))).original == Original("utf-8", "ä@y")
    assert wishes_of(Recipient("b", ("ORCPT=utf-8;ä@y",))).original == Original("utf-8", "ä@y")
    assert wishes_of(Recipient("b", ("ORCPT=rfc822",))).original is None
    assert wishes_of(Recipient("b", ("NOTIFY=NEVER,FAILURE",))).notify is None
    assert wishes_of(Recipient("b", ("NOTIFY=",))).notify is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100))
def test_xtext_comes_back(text: str) -> None:
    written = "".join(f"+{ord(each):02X}" if each in "+= " else each for each in text)
    assert decoded(written) == text


@given(st.text(max_size=200))
def test_xtext_is_harmless(text: str) -> None:
    found = decoded(text)
    assert found.isascii() and found.isprintable()

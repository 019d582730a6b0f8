"""Complaints (RFC 5965), read back by the standard library."""

from email.message import Message

from mailtrap_local.bounces.order import Order
from mailtrap_local.model import Origin
from tests.bounces.reports import RAW, made, parsed, record


def test_a_complaint_has_every_field() -> None:
    about = record(params=("ENVID=q1",), to=(("bob@y.org", ("NOTIFY=NEVER",)), ("eve@z.org", ())))
    raw = made(Order(kind="complaint", feedback="fraud"), about)
    report = parsed(raw)
    assert report.get_param("report-type") == "feedback-report"
    assert (report["Subject"], report["To"]) == ("Complaint: Hello", "ann@x.org")
    _, feedback, returned = report.iter_parts()
    assert feedback.get_content_type() == "message/feedback-report"
    payload = feedback.get_payload()
    assert isinstance(payload, list)
    fields = payload[0]
    assert isinstance(fields, Message)
    assert fields["Feedback-Type"] == "fraud"
    assert fields["User-Agent"].startswith("mailtrap-local/")
    assert fields["Version"] == "1"
    assert fields["Original-Envelope-Id"] == "q1"
    assert fields["Original-Mail-From"] == "<ann@x.org>"
    assert fields.get_all("Original-Rcpt-To") == ["<bob@y.org>", "<eve@z.org>"]
    assert fields["Source-IP"] == "192.0.2.7"
    assert fields["Reported-Domain"] == "x.org"
    assert fields["Reporting-MTA"] == "dns; catcher.example"
    assert returned.get_content_type() == "message/rfc822"
    assert RAW in raw


def test_by_one_of_several() -> None:
    about = record(to=(("bob@y.org", ()), ("eve@z.org", ())), origin=Origin("HTTP", "[::1]:99"))
    report = made(Order(kind="complaint", recipients=("eve@z.org",)), about)
    assert b"Original-Rcpt-To: <eve@z.org>" in report and b"<bob@y.org>" not in report
    assert b"Source-IP: ::1\r\n" in report

"""Each mechanism of the doctor, against our own server that checks it and against servers that refuse in words."""

import base64
import json
from pathlib import Path

import pytest

from mailtrap_local.doctor import login
from mailtrap_local.doctor.report import Report
from mailtrap_local.settings import Settings
from tests.doctor.servers import Script, examine, listening, names
from tests.smtp.talking import running

PASSWORD = "p\u00e4ss=w,rd"  # SASLprep leaves it; `=` and `,` mean something in SCRAM and GS2
TOKEN = "ya29.a0-_~+/="
USER = "ann=a,b@x.org"


def right(mechanism: str) -> str:
    return TOKEN if mechanism in login.BEARER else PASSWORD


async def logged_in(folder: Path, mechanism: str, *, password: str) -> tuple[Report, str]:
    """The report of a walk through our own server, and who was logged in there."""
    file = folder / "passwords"
    file.write_text(f"{USER}:{{PLAIN}}{right(mechanism)}\n", encoding="utf-8")
    settings = Settings(smtp_port=0, http_port=0, smtp_auth_file=file)
    async with running(settings) as front:
        name, secret = (text.replace("@", "%40").replace(":", "%3A").replace("/", "%2F") for text in (USER, password))
        report = await examine(f"smtp://{name}:{secret}@127.0.0.1:{front.port}", mechanism=mechanism)
        return report, (await front.ended_session()).username


@pytest.mark.parametrize("mechanism", login.MECHANISMS)
async def test_the_right_password_logs_in(tmp_path: Path, mechanism: str) -> None:
    password = right(mechanism)
    report, user = await logged_in(tmp_path, mechanism, password=password)
    assert report.healthy, report.findings
    assert user == USER
    first = next(step for step in report.steps if step.stage == "auth")
    assert first.said.startswith(f"AUTH {mechanism}")
    assert password not in str(report) and base64.b64encode(password.encode()).decode() not in str(report)


WRONG = dict.fromkeys(("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"), "credentials-wrong")
WRONG |= dict.fromkeys(login.BEARER, "token-refused")


@pytest.mark.parametrize("mechanism", login.MECHANISMS)
async def test_a_wrong_one_is_told(tmp_path: Path, mechanism: str) -> None:
    """Also that the exchange is ended as it has to be: the server answers 535 only then."""
    report, user = await logged_in(tmp_path, mechanism, password="another")
    assert names(report) == [WRONG[mechanism]]
    assert user == ""
    auth = [step for step in report.steps if step.stage == "auth"]
    assert auth[-1].came.startswith("535 5.7.8")
    if mechanism in login.BEARER:
        (finding,) = report.findings
        assert json.loads(finding.evidence)["status"] in finding.means
        assert "refresh token" in finding.change


def told(refusal: object) -> str:
    return "334 " + base64.b64encode(json.dumps(refusal).encode()).decode()


@pytest.mark.parametrize(
    ("refusal", "finding", "words"),
    [
        ({"status": "invalid_token", "scope": "mail"}, "token-refused", "invalid_token"),
        ({"status": "401", "schemes": "bearer", "scope": "https://mail.google.com/"}, "token-refused", "401"),
        ({"status": "400", "schemes": "Bearer"}, "token-refused", "400"),
        ({"status": "insufficient_scope", "scope": "SMTP.Send"}, "token-scope", "the scope SMTP.Send"),
        ({"status": "403"}, "token-scope", "the scope of sending mail"),
        ({"status": "invalid_request"}, "token-request", "into base64 once"),
        ({"status": "invalid_token", "openid-configuration": "https://id.example/.well-known"}, "token-refused",
         "(see https://id.example/.well-known)"),
        ({}, "token-refused", "nothing more"),
    ],
)  # fmt: skip
async def test_what_is_said_against_a_token(refusal: object, finding: str, words: str) -> None:
    script = Script(
        {"auth oauthbearer": told(refusal), "aq==": "535 5.7.8 no"}, extensions=("AUTH OAUTHBEARER XOAUTH2",)
    )
    async with listening(script) as port:
        report = await examine(f"smtp://ann%40x.org:t@127.0.0.1:{port}", mechanism="OAUTHBEARER")
    assert names(report) == [finding]
    assert words in report.findings[0].means + report.findings[0].change
    auth = base64.b64encode(b"n,a=ann@x.org,\x01auth=Bearer t\x01\x01").decode()
    assert script.heard[1:3] == [f"AUTH OAUTHBEARER {auth}", "AQ=="]  # RFC 7628 section 3.2.3


async def test_a_token_that_is_refused_without_words() -> None:
    script = Script({"auth xoauth2": "535 5.7.3 Authentication unsuccessful"}, extensions=("AUTH LOGIN XOAUTH2",))
    async with listening(script) as port:
        report = await examine(f"smtp://ann;AUTH=XOAUTH2:t@127.0.0.1:{port}")
    assert names(report) == ["token-refused"]
    assert "535 5.7.3" in report.findings[0].means


async def test_a_challenge_that_is_no_refusal_makes_no_sense() -> None:
    script = Script({"auth oauthbearer": "334 aGVsbG8=", "aq==": "334 aGVsbG8=", "*": "501 5.7.0 cancelled"},
                    extensions=("AUTH OAUTHBEARER",))  # fmt: skip
    async with listening(script) as port:
        report = await examine(f"smtp://ann;AUTH=OAUTHBEARER:t@127.0.0.1:{port}")
    assert "server-unproved" in names(report)
    assert "*" in script.heard


async def test_a_mechanism_that_is_not_offered() -> None:
    script = Script(extensions=("AUTH PLAIN LOGIN",))
    async with listening(script) as port:
        report = await examine(f"smtp://u:p@127.0.0.1:{port}", mechanism="SCRAM-SHA-256")
    assert names(report) == ["mechanism-not-offered"]
    assert "does not offer SCRAM-SHA-256; it offers PLAIN LOGIN" in report.findings[0].means
    assert not [line for line in script.heard if line.startswith("AUTH")]


async def test_a_password_is_never_taken_for_a_token() -> None:
    script = Script(extensions=("AUTH XOAUTH2 OAUTHBEARER",))
    async with listening(script) as port:
        report = await examine(f"smtp://u:p@127.0.0.1:{port}")
    assert names(report) == ["oauth-only"]
    assert not [line for line in script.heard if line.startswith("AUTH")]

"""The pytest plugin, in test sessions of its own: sync and async, under xdist, with Django and with Flask-Mail."""

import json
import re
import smtplib
from pathlib import Path

import pytest

from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.pytest_plugin.running import MailtrapServer
from tests.pytest_plugin.project import example, run
from tests.tools import ROOT

pytest_plugins = "pytester"


def test_sync_async_and_addresses(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        import asyncio
        from sending import send

        def test_sync(mailtrap):
            send(mailtrap)
            assert mailtrap.wait(to="ann@x.org").subject == "Welcome"
            assert len(mailtrap.messages()) == 1

        async def test_async(mailtrap):
            async with mailtrap.aio.expecting(subject="Welcome") as mail:
                await asyncio.to_thread(send, mailtrap)
            assert mail.message.username == mailtrap.smtp_user
            assert len(await mailtrap.aio.messages()) == 1

        def test_addresses(mailtrap, mailtrap_address):
            ann, bob = mailtrap_address("Ann"), mailtrap_address("Bob")
            for address in (ann, bob, mailtrap_address()):
                send(mailtrap, to=address, login=False)
            assert ann != bob
            assert [mailtrap.wait(to=each).to[0].address for each in (ann, bob)] == [ann, bob]
            assert len(mailtrap.messages()) == 3

        def test_names(mailtrap, mailtrap_server, request):
            assert mailtrap.smtp_user.startswith("test-names-")
            assert mailtrap_server.client.messages(f"inbox:{mailtrap.smtp_user}") == ()
            assert repr(mailtrap).startswith("<mailtrap inbox 'test-names-")

        class TestSeveral:
            names = set()

            def test_one(self, mailtrap):
                self.names.add(mailtrap.smtp_user)

            def test_two(self, mailtrap, mailtrap_address):
                self.names.add(mailtrap.smtp_user)
                assert len(self.names) == 2
        """
    )
    run(pytester).assert_outcomes(passed=6)


def test_what_a_failure_shows(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        import smtplib
        from sending import send

        def test_other_subject(mailtrap):
            send(mailtrap)
            mailtrap.wait(to="ann@x.org", subject="Reset", timeout=0.1)

        def test_not_logged_in(mailtrap):
            with smtplib.SMTP(mailtrap.smtp_host, mailtrap.smtp_port) as session:
                session.docmd("MAIL FROM:<app@x.org> FOO=BAR")
            mailtrap.wait(subject="Reset", timeout=0.1)

        def test_passes(mailtrap):
            send(mailtrap)
        """
    )
    folder = pytester.path / "kept"
    result = run(pytester, "--mailtrap-eml", str(folder))
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            ">*mailtrap.wait(to=*",
            "E *NoMatch: No mail with to:=*subject:*Reset*",
            "E * from *to *subject *not met",
            "E * app@x.org *ann@x.org *Welcome *subject:*Reset*",
            "test_it.py:6: NoMatch",
            "*- mail caught -*",
            "  from *to *subject",
            "  app@x.org *ann@x.org *Welcome",
            "*- SMTP conversations -*",
            "session * user test-other-subject-*: quit",
            "*S: 250-localhost",
            " * ... * lines ...",
            "*S: 250-AUTH *",
            "*C: AUTH *",
            "*S: 250 2.0.0 Ok: queued as *",
            "*- mail written -*",
            "*kept*001-*.eml",
            "*NoMatch: No mail with subject:*",
            "E *Nothing has come *",
            "E *Mail comes here by the SMTP user name 'test-not-logged-in-*",
            "*- mail caught -*",
            "  nothing",
            "*- SMTP conversations -*",
            "*C: MAIL FROM:<app@x.org> FOO=BAR",
            "*S: 5*",
            "warning: A command out of order: * The order is EHLO, MAIL, RCPT, DATA*",
        ]
    )
    assert "client/core.py" not in result.stdout.str()
    [file] = folder.glob("*/*.eml")
    assert file.parent.name == "test_it.py-test_other_subject"
    assert b"\r\nSubject: Welcome\r\n" in file.read_bytes()


def test_a_conversation_of_the_first_millisecond_is_of_the_test(mailtrap_server: MailtrapServer) -> None:
    for _ in range(20):
        with (
            Mailtrap(mailtrap_server, test="quick") as inbox,
            smtplib.SMTP(mailtrap_server.smtp_host, mailtrap_server.smtp_port),
        ):
            assert inbox.conversations_of_test(limit=1)


def test_a_session_that_does_not_use_it_loads_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        import sys

        def test_nothing():
            loaded = {name for name in sys.modules if name.startswith("mailtrap_local")}
            assert loaded == {"mailtrap_local", "mailtrap_local.pytest_plugin"}
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_modules_come_as_they_are(pytester: pytest.Pytester) -> None:
    """pytest rewrites every module of an installed package with a plugin: seconds, where nothing is cached."""
    pytester.makeconftest(
        """
        import warnings
        import pytest

        with warnings.catch_warnings(action="ignore"):  # the plugin itself is there already
            pytest.register_assert_rewrite("mailtrap_local")
        """
    )
    pytester.makepyfile(
        test_it="""
        import sys

        def test_loaders(mailtrap):
            for name in ("server", "mailbox", "client.core", "pytest_plugin.inbox", "pytest_plugin.frameworks"):
                loader = sys.modules["mailtrap_local." + name].__spec__.loader
                assert type(loader).__name__ == "SourceFileLoader", name
            assert any("assertion.rewrite" in type(finder).__module__ for finder in sys.meta_path)
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_a_running_server(pytester: pytest.Pytester, mailtrap_server: MailtrapServer) -> None:
    pytester.makepyfile(
        test_it="""
        import json
        from pathlib import Path
        from sending import send

        def test_there(mailtrap, mailtrap_server):
            send(mailtrap)
            mailtrap.wait(subject="Welcome")
            assert mailtrap.smtp_password != "mailtrap"
            Path("told.json").write_text(json.dumps([mailtrap_server.url, mailtrap.smtp_port, mailtrap.smtp_user]))
        """
    )
    run(pytester, "--mailtrap-url", mailtrap_server.url).assert_outcomes(passed=1)
    url, port, user = json.loads((pytester.path / "told.json").read_text())
    assert (url, port) == (mailtrap_server.url, mailtrap_server.smtp_port)
    assert mailtrap_server.client.inbox(user).latest().subject == "Welcome"
    assert re.fullmatch(r"run-[0-9a-f]{6}\.test-there-[0-9a-f]{8}", user)


def test_the_inboxes_of_a_run_stand_together(pytester: pytest.Pytester, mailtrap_server: MailtrapServer) -> None:
    pytester.makepyfile(
        test_it="""
        from sending import send

        def test_one(mailtrap): send(mailtrap)
        def test_two(mailtrap): send(mailtrap)
        """
    )
    run(pytester, "--mailtrap-url", mailtrap_server.url, "--mailtrap-run", "build 4711").assert_outcomes(passed=2)
    found = mailtrap_server.client.messages("inbox:/^build-4711\\./")
    assert len(found) == len({message.inbox for message in found}) == 2


def test_no_server_there(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_there(mailtrap): pass")
    result = run(pytester, "--mailtrap-url", "http://127.0.0.1:1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *Unreachable: No catcher answers at http://127.0.0.1:1 *"])


@pytest.mark.parametrize("mailers", ["", 'MAILERS = {"default": {}, "other": {}}'], ids=["EMAIL_HOST", "MAILERS"])
def test_django(pytester: pytest.Pytester, mailers: str) -> None:
    """With pytest-django, which puts a mail backend of its own in place before the tests. Django 6.1 knows MAILERS."""
    pytester.makepyfile(
        shop="""
        from django.core.mail import send_mail
        from django.http import HttpResponse
        from django.urls import path

        SECRET_KEY, ROOT_URLCONF, DATABASES = "x", "shop", {}

        def signup(request):
            send_mail("Hello", "Welcome Ann", "app@example.com", [request.POST["email"]], html_message="<p>Welcome")
            return HttpResponse("ok")

        urlpatterns = [path("signup", signup)]
        """,
        test_example=example(),
        test_more="""
        import django
        import pytest
        from django.conf import settings
        from django.core import mail
        from django.test import SimpleTestCase, override_settings

        BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        HAS_MAILERS = django.VERSION >= (6, 1) and hasattr(settings, "MAILERS")
        IN_A_LIST = {"MAILERS": {"default": {"BACKEND": BACKEND}}} if HAS_MAILERS else {"EMAIL_BACKEND": BACKEND}

        def test_backend_is_back(client):
            client.post("/signup", data={"email": "ann@example.com"})
            assert [each.subject for each in mail.outbox] == ["Hello"]

        class TestsOfDjango(SimpleTestCase):
            @pytest.fixture(autouse=True)
            def inbox(self, mailtrap):
                self.mailtrap = mailtrap

            def test_class(self):
                self.client.post("/signup", data={"email": "bob@example.com"})
                assert self.mailtrap.wait(to="bob@example.com").html.strip() == "<p>Welcome"

            @override_settings(**IN_A_LIST)
            def test_a_test_may_still_choose(self):
                self.client.post("/signup", data={"email": "bob@example.com"})
                assert len(mail.outbox) == 1

        def test_backend_is_back_again(client):
            client.post("/signup", data={"email": "ann@example.com"})
            assert [each.subject for each in mail.outbox] == ["Hello"]
        """,
    )
    (pytester.path / "configured.py").write_text(f"from shop import *\n{mailers}\n")
    result = run(
        pytester, "--ds", "configured", "-W", "ignore::PendingDeprecationWarning", "-W", "ignore::DeprecationWarning"
    )
    result.assert_outcomes(passed=5)


def test_flask_mail(pytester: pytest.Pytester) -> None:
    """Whose mail is suppressed in tests."""
    pytester.makepyfile(
        shop="""
        from flask import Flask, request
        from flask_mail import Mail, Message

        mail = Mail()

        def create_app():
            app = Flask(__name__)
            app.config.update(TESTING=True, MAIL_DEFAULT_SENDER="app@example.com", MAIL_PORT=1)
            mail.init_app(app)

            @app.post("/signup")
            def signup():
                mail.send(Message("Hello", [request.form["email"]], "Welcome Ann"))
                return "ok"

            return app
        """,
        conftest="""
        import pytest
        from shop import create_app

        @pytest.fixture
        def client():
            return create_app().test_client()
        """,
        test_example=example(),
        test_more="""
        from shop import mail

        def test_suppressed_again(client, mailtrap_server):
            before = mailtrap_server.client.cursor()
            with mail.record_messages() as outbox:
                client.post("/signup", data={"email": "ann@example.com"})
            assert len(outbox) == 1
            assert mailtrap_server.client.cursor() == before
        """,
    )
    run(pytester).assert_outcomes(passed=2)


def test_the_entry_point_is_the_plugin() -> None:
    from importlib.metadata import entry_points

    [plugin] = entry_points(group="pytest11", name="mailtrap_local")
    assert plugin.value == "mailtrap_local.pytest_plugin"
    assert Path(ROOT, *plugin.value.split("."), "__init__.py").is_file()

"""Web frameworks that the tested app may be of: their mail goes into the inbox of the test, and back after it.

Only what is imported already is looked at, so nobody pays for a framework that is not used.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from mailtrap_local.pytest_plugin.inbox import Mailtrap

_DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"


@contextlib.contextmanager
def switched(inbox: Mailtrap) -> Iterator[None]:
    """Django and Flask-Mail send to this inbox within the block."""
    with contextlib.ExitStack() as stack:
        if _has_django():
            stack.enter_context(_django(inbox))
        if "flask_mail" in sys.modules:
            stack.enter_context(_flask_mail(inbox))
        yield


def _has_django() -> bool:
    conf = sys.modules.get("django.conf")
    return conf is not None and (conf.settings.configured or bool(os.environ.get("DJANGO_SETTINGS_MODULE")))


@contextlib.contextmanager
def _django(inbox: Mailtrap) -> Iterator[None]:
    """Over what Django's own test set-up has put there, which is the backend that keeps mail in a list."""
    import django  # type: ignore[import-untyped]
    from django.conf import settings  # type: ignore[import-untyped]
    from django.test.utils import override_settings  # type: ignore[import-untyped]

    aliases = getattr(settings, "MAILERS", None) if django.VERSION >= (6, 1) else None
    override = override_settings(**(_django_settings(inbox) if aliases is None else _django_mailers(inbox, aliases)))
    with _undeprecated():
        override.enable()
    try:
        yield
    finally:
        with _undeprecated():
            override.disable()


def _django_settings(inbox: Mailtrap) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": _DJANGO_SMTP,
        "EMAIL_HOST": inbox.smtp_host,
        "EMAIL_PORT": inbox.smtp_port,
        "EMAIL_HOST_USER": inbox.smtp_user,
        "EMAIL_HOST_PASSWORD": inbox.smtp_password,
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
    }


def _django_mailers(inbox: Mailtrap, aliases: Iterable[str]) -> dict[str, Any]:
    """What takes the place of the above from Django 6.1 on."""
    options = {
        "host": inbox.smtp_host,
        "port": inbox.smtp_port,
        "username": inbox.smtp_user,
        "password": inbox.smtp_password,
    }
    return {"MAILERS": {alias: {"BACKEND": _DJANGO_SMTP, "OPTIONS": options} for alias in aliases}}


@contextlib.contextmanager
def _undeprecated() -> Iterator[None]:
    """Django 6.1 warns whoever sets EMAIL_HOST and its like; the project's own choice of them is not ours to judge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        yield


@contextlib.contextmanager
def _flask_mail(inbox: Mailtrap) -> Iterator[None]:
    """Where a connection is made: apps keep their settings to themselves, and may be made within the test."""
    from flask_mail import Connection

    original = Connection.__init__

    def connect(self: Connection, mail: Any) -> None:
        state = copy.copy(getattr(mail, "state", mail))
        state.server, state.port = inbox.smtp_host, inbox.smtp_port
        state.username, state.password = inbox.smtp_user, inbox.smtp_password
        state.use_tls = state.use_ssl = state.suppress = False
        original(self, state)

    Connection.__init__ = connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        Connection.__init__ = original  # type: ignore[method-assign]

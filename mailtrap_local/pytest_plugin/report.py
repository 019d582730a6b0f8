"""What the report of a failing test says of its mail: what was caught, and what was spoken over SMTP."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from mailtrap_local.client import MailtrapError
from mailtrap_local.client.explain import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pytest

    from mailtrap_local.pytest_plugin.inbox import Mailtrap

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_NAME = 100
_CONVERSATIONS = 5
_LINES = 60  # of one conversation
_REPLY = 3  # lines of one reply beside its first and its last
_REPLY_LINE = re.compile(r"^ *[0-9.]+ ms  S: ([0-9]{3})-")


def add_caught(report: pytest.TestReport, inbox: Mailtrap, *, folder: str | None) -> None:
    """Add the sections, and write the `.eml` files if a folder for them is given."""
    try:
        report.sections.append(("mail caught", _caught(inbox)))
        report.sections.append(("SMTP conversations", _conversations(inbox)))
        if folder:
            report.sections.append(("mail written", _written(inbox, Path(folder), report.nodeid)))
    except (MailtrapError, OSError) as error:
        report.sections.append(("mail", f"What was caught cannot be told: {error}"))


def _caught(inbox: Mailtrap) -> str:
    messages = inbox.messages()
    lines = table(messages) if messages else ["  nothing"]
    return "\n".join((f"inbox {inbox.smtp_user!r} at {inbox.url}", *lines))


def _conversations(inbox: Mailtrap) -> str:
    found = inbox.conversations_of_test(limit=_CONVERSATIONS)
    if not found:
        return (
            f"None logged in as {inbox.smtp_user!r}, the SMTP user of this test, and none brought it mail.\n"
            f"Does the app send to {inbox.smtp_host}:{inbox.smtp_port}, the SMTP port of this session?"
        )
    return "\n\n".join(_shortened(str(each)) for each in reversed(found))


def _shortened(text: str) -> str:
    """Without the middle of a long reply, such as the list of extensions, and of a long conversation."""
    lines: list[str] = []
    for _, replies in itertools.groupby(text.splitlines(), key=_continues):
        reply = list(replies)
        left_out = len(reply) - 2
        lines += [reply[0], f"             ... {left_out} lines ...", reply[-1]] if left_out > _REPLY else reply
    if len(lines) <= _LINES:
        return "\n".join(lines)
    half = _LINES // 2
    return "\n".join((*lines[:half], f"    ... {len(lines) - 2 * half} lines ...", *lines[-half:]))


def _continues(line: str) -> str:
    """The code of a reply's line that is not its last (RFC 5321 section 4.2.1), else the line, a group alone."""
    found = _REPLY_LINE.search(line)
    return found[1] if found else line


def _written(inbox: Mailtrap, folder: Path, nodeid: str) -> str:
    """No name from a mail is used for a file: its number, and the id that the catcher gave it."""
    place = folder / _UNFIT.sub("-", nodeid).strip("-.")[-_NAME:]
    messages = tuple(reversed(inbox.messages(limit=1000)))
    if not messages:
        return "  nothing to write"
    place.mkdir(parents=True, exist_ok=True)
    files = [place / f"{number:03}-{message.id}.eml" for number, message in enumerate(messages, 1)]
    for file, message in zip(files, messages, strict=True):
        file.write_bytes(inbox.raw(message.id))
    return "\n".join(f"  {file}" for file in files)

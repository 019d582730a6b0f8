"""What a call to the catcher may raise, as one tree.

    MailtrapError
      Unreachable             nothing answers at that URL, or not in time
      ServerRefused           the server says no: `status` is HTTP's, the text is the server's
        Missing               there is no such message, part or inbox (404)
        CursorGone            a cursor of an earlier life of the server (410)
      NoMatch                 the mail did not come; an AssertionError too
      TooManyMatches          more came than were asked for, or some where none should; an AssertionError too
      NotOne                  a message has no such code or link, or several; an AssertionError too

The last three are what tests are written for, so they are AssertionErrors: pytest and unittest count them as failures
of the test and not as errors in it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mailtrap_local.client.model import NearMiss, Summary


class MailtrapError(Exception):
    """The root: catch this to catch everything that the client raises on purpose."""


class Unreachable(MailtrapError):
    """Nothing answers at that URL, or not in time."""


class ServerRefused(MailtrapError):
    """The server says no. `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Missing(ServerRefused):
    """There is no such message, part or inbox."""


class CursorGone(ServerRefused):
    """The cursor is of an earlier life of the server: a memory database begins anew at each start."""


class NoMatch(MailtrapError, AssertionError):
    """The mail did not come. `messages` are those that did match, where several were asked for.

    `hint` says where else mail has come, if none has come here; `cursor` is where one had looked to.
    """

    def __init__(
        self,
        message: str,
        messages: tuple[Summary, ...],
        near_misses: tuple[NearMiss, ...],
        *,
        hint: str = "",
        cursor: str = "",
    ) -> None:
        super().__init__(message)
        self.messages = messages
        self.near_misses = near_misses
        self.hint = hint
        self.cursor = cursor


class TooManyMatches(MailtrapError, AssertionError):
    """More mail matched than was asked for; `messages` are what did, oldest first; `cursor` is that of the last one."""

    def __init__(self, message: str, messages: tuple[Summary, ...], *, cursor: str = "") -> None:
        super().__init__(message)
        self.messages = messages
        self.cursor = cursor


class NotOne(MailtrapError, AssertionError):
    """A message has none of what was asked for, or several of it."""


for _error in (MailtrapError, Unreachable, ServerRefused, Missing, CursorGone, NoMatch, TooManyMatches, NotOne):
    _error.__module__ = "mailtrap_local.client"  # where users import it from, as a report names it

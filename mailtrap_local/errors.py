"""Everything that can go wrong, as one tree.

    MailtrapLocalError
      SettingError            a setting is wrong: says which, what it was and what is allowed
      StartError              the process cannot start: says why and what to do
        PortBusy              somebody else listens on an address we were told to use
        DatabaseRefused       a database that must not be touched: newer, damaged, or in use
      RequestError            the caller asked for something that cannot be: the fronts translate it
        BadRequest            the request itself is wrong                    HTTP 400
          BadQuery            a search query is wrong, with the position
        NotFound              no such message, part, tag, inbox, session     HTTP 404
        CursorGone            a cursor of another epoch, or out of reach     HTTP 410
        TooLarge              over a size limit                              HTTP 413, SMTP 552
        Refused               a guard says no                                HTTP 403
        Unreachable           whom we were to reach cannot be, or did not take it   HTTP 502
        Busy                  a limit on work in flight is reached           HTTP 503, SMTP 452
        Stopping              the process is going down                      HTTP 503, SMTP 421
      StoreError              the store failed (disk full, I/O error); nothing was stored   HTTP 507, SMTP 452

The text of each is one sentence for the person who reads it: what was wrong, where, and what to do.
"""


class MailtrapLocalError(Exception):
    """The root: catch this to catch everything that this package raises on purpose."""


class SettingError(MailtrapLocalError):
    """A setting has a value that cannot be."""


class StartError(MailtrapLocalError):
    """The process cannot start."""


class PortBusy(StartError):
    """An address that we were told to listen on is taken."""


class DatabaseRefused(StartError):
    """The database file was left untouched: a newer version wrote it, it is damaged, or another process has it."""


class RequestError(MailtrapLocalError):
    """The caller asked for something that cannot be."""


class BadRequest(RequestError):
    """The request itself is wrong."""


class BadQuery(BadRequest):
    """A search query is wrong. `position` is the character (from 0) at which it went wrong."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class NotFound(RequestError):
    """There is no such message, part, tag, inbox or session."""


class CursorGone(RequestError):
    """A cursor of another epoch, ahead of the server, or older than what can be replayed."""


class TooLarge(RequestError):
    """Over a size limit."""


class Refused(RequestError):
    """A guard says no."""


class Unreachable(RequestError):
    """Whom we were told to reach cannot be reached, or did not take what we had."""


class Busy(RequestError):
    """A limit on work in flight is reached; the same request may succeed later."""


class Stopping(RequestError):
    """The process is going down."""


class StoreError(MailtrapLocalError):
    """The store failed and kept nothing of this request."""

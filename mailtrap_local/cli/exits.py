"""How a command that talks to a server ends: its exit code, and the sentence that goes with it."""

from __future__ import annotations

from mailtrap_local.client.errors import MailtrapError, Missing, ServerRefused, Unreachable

DONE = 0
NOT_THERE = 1  # what was asked for is not there, or not all of it
USAGE = 2  # the command line is wrong, or the search in it
UNREACHABLE = 3  # no server answers
REFUSED = 4  # the server said no, or a file cannot be read or written

MEANINGS = f"""\
exit codes:
  {DONE}  done
  {NOT_THERE}  {{missing}}
  {USAGE}  the command line is wrong, or the search in it
  {UNREACHABLE}  no server answers at the URL
  {REFUSED}  the server refused, or a file cannot be read or written"""


class Failure(Exception):
    """Why the command cannot do what it was asked, as sentences, and the exit code that says so."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def failure(error: MailtrapError | OSError) -> Failure:
    """What an error of the client or of the file system means for who typed the command."""
    if isinstance(error, Missing):
        return Failure(NOT_THERE, str(error))
    if isinstance(error, ServerRefused):
        if error.status == 401:
            return Failure(REFUSED, f"{error}\nThe server wants a password: --http-auth USER:PASSWORD.")
        return Failure(USAGE if error.status == 400 else REFUSED, str(error))
    if isinstance(error, Unreachable):
        return Failure(UNREACHABLE, str(error))
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Failure(REFUSED, f"{where}{error.strerror or error}.")
    return Failure(UNREACHABLE, str(error))

"""The table of commands: a row for each. Dispatch, `--help`, suggestions and tests come from it.

A module has `main(arguments) -> int`, with the arguments behind the command's name. Those that talk to a running server
make it with `line.command`.
"""

from __future__ import annotations


class Command:
    """A row: the module that has the command, and what it does, in a few words."""

    def __init__(self, module: str, summary: str) -> None:
        self.module = module
        self.summary = summary


SERVE = "serve"
COMMANDS = {
    SERVE: Command("mailtrap_local.cli.serve", "run the catcher (what happens without a command)"),
    "wait": Command("mailtrap_local.cli.wait", "wait for mail, and print it the moment it is there"),
    "ls": Command("mailtrap_local.cli.ls", "list the mail that is there"),
    "show": Command("mailtrap_local.cli.show", "show one mail"),
    "tail": Command("mailtrap_local.cli.tail", "print mail as it comes"),
    "cursor": Command("mailtrap_local.cli.cursor", "print where arrival stands now, for `wait --since`"),
    "send": Command("mailtrap_local.cli.send", "send a mail to the catcher"),
    "export": Command("mailtrap_local.cli.export", "write mail into files: eml, mbox or maildir"),
    "import": Command("mailtrap_local.cli.imports", "put mail from files in: eml, mbox or maildir"),
    "rm": Command("mailtrap_local.cli.rm", "delete mail"),
    "fault": Command("mailtrap_local.cli.fault", "have the catcher misbehave on purpose, and count how often"),
    "rate-limit": Command("mailtrap_local.cli.rate_limit", "have the catcher hold back what is too much, and count"),
    "bounce": Command("mailtrap_local.cli.bounce", "report of a mail as a mail system would: that it failed"),
    "doctor": Command("mailtrap_local.doctor.command", "say why mail does not get through to a server"),
    "ca": Command("mailtrap_local.cli.ca", "print the certificate that TLS clients have to trust, and how"),
    "sendmail": Command("mailtrap_local.sendmail", "deliver a mail from standard input, as sendmail would"),
}

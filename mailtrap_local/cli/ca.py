"""`mailtrap-local ca`: the certificate to trust, and how each kind of client is told to."""

from __future__ import annotations

import sys
from pathlib import Path

from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE, REFUSED, Failure
from mailtrap_local.cli.line import Parser, command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client

_NO_FILE = "mailtrap-ca.pem"  # what the words call it where it was printed


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "ca",
        "Print the certificate of the authority that signs the server's TLS certificates, and say how\n"
        "clients are made to trust it. The words go to standard error, so the certificate can be redirected.",
        missing="the server speaks no TLS, or with a certificate that was given to it",
        examples=("ca", "ca mailtrap-ca.pem", "ca > mailtrap-ca.pem", "ca --database mail.sqlite3"),
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="write the certificate there, not to standard output")
    parser.add_argument(
        "--database",
        metavar="FILE",
        help="that of the server with this database, made if need be; it need not run",
    )
    return parser


def run(client: Client, options: Namespace) -> int:
    """Print or write it, and say how to trust it."""
    from mailtrap_local.cli import trust

    certificate = _kept(Path(options.database).expanduser()) if options.database else client.authority()
    if options.file:
        Path(options.file).write_text(certificate)
    elif options.json:
        screen.write_json({"Certificate": certificate})
    else:
        screen.write(certificate.rstrip("\n"))
    if not options.json and sys.stderr is not None:
        where = Path(options.file).absolute() if options.file else Path(_NO_FILE)
        sys.stderr.write(f"\nTo trust it{'' if options.file else f', kept as {where}'}:\n\n{trust.told(where)}\n")
    return DONE


def _kept(database: Path) -> str:
    from mailtrap_local.errors import StartError
    from mailtrap_local.tls.authority import Authority

    try:
        return Authority.kept(database).pem
    except StartError as error:
        raise Failure(REFUSED, f"{error}.") from None


main = command(describe, run)

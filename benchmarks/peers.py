"""The catchers that are measured: mailtrap-local both ways, and its peers where they are installed."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mailtrap_local
from benchmarks.process import Process, environment, free_ports

MAILPIT_VERSION = "1.27.11"
MAILDEV_VERSION = "3.0.0"
PEERS = Path(__file__).parent / ".peers_cache"

FILE = "mailtrap-local, file"
MEMORY = "mailtrap-local, memory"
SINK = "smtp-sink"
MAILPIT = "mailpit"
MAILDEV = "maildev"

_SEARCH_PATH = os.pathsep.join(
    [
        str(Path(sys.executable).parent),
        os.environ.get("PATH", os.defpath),
        "/usr/sbin",
        str(Path(os.environ.get("GOBIN") or Path(os.environ.get("GOPATH") or Path.home() / "go") / "bin")),
        str(PEERS / "bin"),
        str(PEERS / "node_modules/.bin"),
    ]
)


@dataclass(frozen=True)
class Places:
    """Where a started catcher listens and keeps its mail."""

    smtp: int
    http: int
    folder: Path


@dataclass(frozen=True)
class Catcher:
    """How to start one catcher, and which of the things measured it can do."""

    name: str
    program: str
    arguments: Callable[[Places], list[str]]
    version: Callable[[str], str]
    live_path: str = ""  # of its WebSocket that tells of new messages; "" if it has none
    ready_path: str = ""  # answers 200 when it is ready; "" if its SMTP port is all there is
    speaks_v1: bool = False  # lists and searches at /api/v1
    waits: bool = False  # holds a request until the mail comes
    sendmail: Callable[[Places], list[str]] | None = None  # arguments that deliver standard input

    def path(self) -> str | None:
        """The program, or None where it is not installed."""
        return find(self.program)


@dataclass(frozen=True)
class Running:
    """A catcher that has been started."""

    catcher: Catcher
    places: Places
    process: Process


@contextlib.contextmanager
def start(catcher: Catcher, *, root: Path | None = None) -> Iterator[Running]:
    """The catcher with an empty store in a folder under `root`, listening. Raises Failed if it does not come up."""
    program = catcher.path()
    assert program is not None, f"{catcher.name} is not installed"
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=root, ignore_cleanup_errors=True) as name:
        smtp, http = free_ports(2)
        places = Places(smtp, http, Path(name))
        with Process([program, *catcher.arguments(places)], folder=places.folder) as process:
            process.await_port(smtp)
            if catcher.ready_path:
                process.await_port(http)
            yield Running(catcher, places, process)


def find(program: str) -> str | None:
    """The path of a program: beside this Python, on the path, in /usr/sbin, Go's folder, or `.peers_cache`."""
    return shutil.which(program, path=_SEARCH_PATH)


def install() -> None:
    """Install the peers that are missing into `.peers_cache`. Raises CalledProcessError, FileNotFoundError."""
    PEERS.mkdir(exist_ok=True)
    if find("mailpit") is None:
        module = f"github.com/axllent/mailpit@v{MAILPIT_VERSION}"
        subprocess.run(["go", "install", module], check=True, env={**os.environ, "GOBIN": str(PEERS / "bin")})
    if find("maildev") is None:
        package = f"maildev@{MAILDEV_VERSION}"
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(PEERS), package], check=True)


def _answer(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment(), check=False)
    return done.stdout.strip()


def _our_version(_: str) -> str:
    return mailtrap_local.__version__


def _postfix_version(_: str) -> str:
    text = _answer(find("postconf") or "postconf", "-h", "mail_version")
    return f"postfix {text}"


def _mailpit_version(program: str) -> str:
    """What the program says of itself, or its Go module's version where it was built by `go install`."""
    words = _answer(program, "version", "--no-release-check").split()
    said = words[1] if len(words) > 1 else "unknown"
    if said != "dev" or (go := shutil.which("go")) is None:
        return said
    modules = (line.split() for line in _answer(go, "version", "-m", program).splitlines())
    return next((words[2] for words in modules if words[:1] == ["mod"]), said)


def _maildev_version(program: str) -> str:
    return _answer(program, "--version")


def _ours(places: Places) -> list[str]:
    ports = ["--smtp-port", str(places.smtp), "--http-port", str(places.http)]
    return [*ports, "--host", "127.0.0.1", "--max-messages", "0", "--max-bytes", "0"]


def _database(places: Places) -> list[str]:
    return ["--database", str(places.folder / "mail.db")]


def _sink(places: Places) -> list[str]:
    user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    return [*user, f"127.0.0.1:{places.smtp}", "1024"]


def _mailpit(places: Places) -> list[str]:
    listen = ["--smtp", f"127.0.0.1:{places.smtp}", "--listen", f"127.0.0.1:{places.http}"]
    # No limit as for ours; what would only slow it (name look-ups, log lines) or use the network is off.
    return [*listen, *_database(places), "--max", "0", "--quiet", "--smtp-disable-rdns", "--disable-version-check"]


def _maildev(places: Places) -> list[str]:
    ports = ["--smtp", str(places.smtp), "--web", str(places.http)]
    return [*ports, "--ip", "127.0.0.1", "--web-ip", "127.0.0.1", "--silent"]


def _our_sendmail(places: Places) -> list[str]:
    return ["sendmail", "-S", f"127.0.0.1:{places.smtp}", "-i", "-f", "ann@example.com", "bob@example.org"]


def _mailpit_sendmail(places: Places) -> list[str]:
    return ["sendmail", "-S", f"127.0.0.1:{places.smtp}", "-f", "ann@example.com", "bob@example.org"]


OURS = "mailtrap-local"
CATCHERS = (
    Catcher(
        name=FILE,
        program=OURS,
        arguments=lambda places: _ours(places) + _database(places),
        version=_our_version,
        live_path="/api/v1/live",
        ready_path="/readyz",
        speaks_v1=True,
        waits=True,
        sendmail=_our_sendmail,
    ),
    Catcher(
        name=MEMORY,
        program=OURS,
        arguments=_ours,
        version=_our_version,
        live_path="/api/v1/live",
        ready_path="/readyz",
        speaks_v1=True,
        waits=True,
    ),
    Catcher(
        name=SINK,
        program="smtp-sink",
        arguments=_sink,
        version=_postfix_version,
    ),
    Catcher(
        name=MAILPIT,
        program="mailpit",
        arguments=_mailpit,
        version=_mailpit_version,
        live_path="/api/events",
        ready_path="/readyz",
        speaks_v1=True,
        sendmail=_mailpit_sendmail,
    ),
    Catcher(
        name=MAILDEV,
        program="maildev",
        arguments=_maildev,
        version=_maildev_version,
        ready_path="/api/healthz",
    ),
)

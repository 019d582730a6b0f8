"""Mail servers that relay all they are given to ours: Postfix as a daemon of its own, and Exim run for each mail."""

import os
import shutil
import smtplib
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doctor.postfix import DAEMONS, free_port, wait_for
from tests.tools import need

SENDER = "app@here.example"
SECONDS = 60

POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.here.example
mydestination =
mynetworks = 127.0.0.0/8
local_header_rewrite_clients =
relayhost = {relayhost}
transport_maps = texthash:{folder}/transport
smtp_host_lookup = native
smtp_tls_CAfile = {authority}
smtp_sasl_password_maps = static:{login}
smtp_sasl_security_options =
message_size_limit = 50000000
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
alias_maps =
local_recipient_maps =
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
anvil unix - - n - 1 anvil
smtp unix - - n - - smtp
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way of Postfix to our server, which mail to this domain takes: where to, and settings on top of POSTFIX."""

    domain: str
    nexthop: str
    program: str = "smtp"
    settings: Mapping[str, str]


class Postfix:
    """A Postfix that runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder

    def take(
        self, mail: bytes, *, to: tuple[str, ...], sender: str = SENDER, said: tuple[str, ...] = (), notify: str = ""
    ) -> None:
        """Hand in a mail."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=SECONDS) as client:
            client.sendmail(sender, to, mail, ["BODY=8BITMIME", *said], [f"NOTIFY={notify}"] if notify else [])

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text()


@contextmanager
def postfix(folder: Path, *, relayhost: str, ways: tuple[Way, ...], authority: Path, login: str) -> Iterator[Postfix]:
    """Run it on a free port."""
    command = need("postfix")
    need("libsasl2-modules")
    _only_root("Postfix")
    daemons = next(each for each in DAEMONS if Path(each, "master").exists())
    for each in ("conf", "queue", "data"):
        (folder / each).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    port = free_port()
    main = POSTFIX.format(folder=folder, daemons=daemons, relayhost=relayhost, authority=authority, login=login)
    (folder / "conf" / "main.cf").write_text(main)
    (folder / "conf" / "master.cf").write_text(SERVICES.format(port=port) + "".join(map(_service, ways)))
    (folder / "transport").write_text("".join(f"{way.domain} {way.domain}:{way.nexthop}\n" for way in ways))
    run = (command, "-c", folder / "conf")
    running = Postfix(folder, port)
    started = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert started.returncode == 0, started.stderr + (running.log if (folder / "log").exists() else "")
    try:
        wait_for(port)
        yield running
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=SECONDS, check=False)


def _service(way: Way) -> str:
    options = [f"  -o {{ {name} = {value} }}\n" for name, value in way.settings.items()]
    return f"{way.domain} unix - - n - - {way.program}\n" + "".join(options)


EXIM = """
exim_path = {command}
exim_user = Debian-exim
never_users =
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
keep_environment =
primary_hostname = mta.here.example
qualify_domain = here.example
acl_smtp_rcpt = accept
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts =
message_size_limit = 50M
begin routers
all:
  driver = manualroute
  route_list = * localhost byname
  self = send
  transport = ours
begin transports
ours:
  driver = smtp
  port = {port}
  allow_localhost
{transport}
begin authenticators
{authenticators}
begin retry
* * F,1d,1s
"""
AUTHENTICATORS = {
    "PLAIN": "plain:\n  driver = plaintext\n  public_name = PLAIN\n  client_send = ^{user}^{password}\n",
    "LOGIN": "login:\n  driver = plaintext\n  public_name = LOGIN\n  client_send = : {user} : {password}\n",
    "CRAM-MD5": (
        "cram:\n  driver = cram_md5\n  public_name = CRAM-MD5\n  client_name = {user}\n  client_secret = {password}\n"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Exim:
    """An Exim with a queue of its own, which relays to this port by a transport with these settings."""

    folder: Path
    port: int
    transport: tuple[str, ...] = ()
    mechanism: str = ""
    login: tuple[str, str] = ("", "")

    def take(
        self, mail: bytes, *, to: tuple[str, ...], sender: str = SENDER, said: tuple[str, ...] = (), notify: str = ""
    ) -> None:
        """Hand in a mail; back when Exim has tried to send it."""
        self._set_up()
        stuffed = mail.replace(b"\r\n.", b"\r\n..")
        lines = ["EHLO client.example", " ".join([f"MAIL FROM:<{sender}>", "BODY=8BITMIME", *said])]
        lines += [f"RCPT TO:<{each}>" + (f" NOTIFY={notify}" if notify else "") for each in to]
        talk = "\r\n".join([*lines, "DATA", ""]).encode() + stuffed + b".\r\nQUIT\r\n"
        told = self._run("-odf", "-bs", stdin=talk)
        assert b"\r\n250 OK id=" in told, told

    def try_again(self) -> None:
        """Send what could not be sent before."""
        self._run("-qff")

    @property
    def log(self) -> str:
        return "".join(each.read_text() for each in (self.folder / "log").iterdir())

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        command = (str(need("exim4")), "-C", str(self.folder / "conf"), *arguments)
        ran = subprocess.run(command, input=stdin, capture_output=True, timeout=SECONDS, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def _set_up(self) -> None:
        need("exim4")
        _only_root("Exim")
        if (self.folder / "conf").exists():
            return
        for each in ("spool", "log"):
            (self.folder / each).mkdir(parents=True)
            shutil.chown(self.folder / each, "Debian-exim")
        user, password = self.login
        known = AUTHENTICATORS[self.mechanism].format(user=user, password=password) if self.mechanism else ""
        transport = "".join(f"  {setting}\n" for setting in self.transport)
        conf = EXIM.format(
            command=need("exim4"), folder=self.folder, port=self.port, transport=transport, authenticators=known
        )
        (self.folder / "conf").write_text(conf)


def _only_root(server: str) -> None:
    if os.geteuid() != 0:
        pytest.skip(f"{server} starts as root only")

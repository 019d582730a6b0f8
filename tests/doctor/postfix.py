"""A real Postfix on free ports of loopback, one smtpd for each way of being strict; queue and settings in a folder."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools import need

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
myhostname = mx.here.example
mydestination = here.example
mynetworks =
local_recipient_maps = inline:{{bob=1}}
local_transport = discard
smtpd_relay_restrictions = reject_unauth_destination
message_size_limit = 100000
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
alias_maps =
smtpd_tls_chain_files = {certificate}
"""
REST = """
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
anvil unix - - n - 1 anvil
discard unix - - n - - discard
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix")


@contextmanager
def postfix(folder: Path, services: Mapping[str, Mapping[str, str]], *, certificate: Path) -> Iterator[dict[str, int]]:
    """Run it; the port of each service, whose settings are its own on top of MAIN."""
    command = need("postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    daemons = next(each for each in DAEMONS if Path(each, "master").exists())
    ports = {name: free_port() for name in services}
    for each in ("conf", "queue", "data"):
        (folder / each).mkdir()
    shutil.chown(folder / "data", "postfix")
    lines = [_service(ports[name], own) for name, own in services.items()]
    (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder, daemons=daemons, certificate=certificate))
    (folder / "conf" / "master.cf").write_text("\n".join(lines) + REST)
    run = (command, "-c", folder / "conf")
    started = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=60, check=False)
    log = folder / "log"
    assert started.returncode == 0, started.stderr + (log.read_text() if log.exists() else "")
    try:
        for port in ports.values():
            wait_for(port)
        yield ports
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=60, check=False)


def _service(port: int, own: Mapping[str, str]) -> str:
    options = [f"  -o {{ {name} = {value} }}" for name, value in own.items()]
    return "\n".join([f"127.0.0.1:{port} inet n - n - - smtpd", *options])


def free_port() -> int:
    """A port of loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(port)

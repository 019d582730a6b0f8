import contextlib
import errno
import os
import socket
import subprocess
import sys

import pytest

from mailtrap_local.errors import PortBusy, StartError
from mailtrap_local.listening import listen

BOTH = ("127.0.0.1", "::1")


def test_one_free_number_on_both_families() -> None:
    listening = listen(BOTH, 0, purpose="SMTP", setting="smtp_port")
    try:
        assert {each.getsockname()[1] for each in listening.sockets} == {listening.port}
        assert {each.family for each in listening.sockets} == {socket.AF_INET, socket.AF_INET6}
        assert listening.skipped == ()
    finally:
        listening.close()


@pytest.mark.parametrize("busy", BOTH)
def test_a_port_busy_on_either_is_an_error_that_says_by_whom_and_what_to_do(busy: str) -> None:
    taken = listen((busy,), 0, purpose="SMTP", setting="smtp_port")
    try:
        with pytest.raises(PortBusy) as error:
            listen(BOTH, taken.port, purpose="SMTP", setting="smtp_port")
    finally:
        taken.close()
    text = str(error.value)
    assert str(taken.port) in text and "--smtp-port" in text
    if os.path.exists("/proc/net/tcp"):
        assert f"process {os.getpid()}" in text


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes share one socket")
def test_processes_have_a_socket_each_and_nobody_else_gets_one() -> None:
    listening = listen(BOTH, 0, purpose="SMTP", setting="smtp_port", processes=3)
    try:
        assert {each.getsockname()[1] for n in range(3) for each in listening.of(n)} == {listening.port}
        clients = [socket.create_connection(("127.0.0.1", listening.port)) for _ in range(60)]
        taken = []
        for process in range(3):
            with contextlib.suppress(BlockingIOError):
                while True:
                    taken.append((process, listening.of(process)[0].accept()[0]))
        assert len(taken) == len(clients)
        assert {process for process, _ in taken} == {0, 1, 2}  # one has none once in 10^10 times
        for each in (*clients, *(accepted for _, accepted in taken)):
            each.close()
        for processes in (1, 3):
            with pytest.raises(PortBusy):
                listen(BOTH, listening.port, purpose="SMTP", setting="smtp_port", processes=processes)
    finally:
        listening.close()


def test_nothing_stays_open_after_an_error() -> None:
    taken = listen(("::1",), 0, purpose="SMTP", setting="smtp_port")
    try:
        with pytest.raises(PortBusy):
            listen(BOTH, taken.port, purpose="SMTP", setting="smtp_port")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", taken.port))
    finally:
        taken.close()


def test_a_family_that_the_machine_lacks_is_skipped_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = socket.socket

    def without_ipv6(family: int, kind: int, protocol: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return genuine(family, kind, protocol)

    monkeypatch.setattr("mailtrap_local.listening.socket.socket", without_ipv6)
    listening = listen(BOTH, 0, purpose="SMTP", setting="smtp_port")
    listening.close()
    assert listening.skipped == ("::1",)
    assert len(listening.sockets) == 1


def test_an_address_of_another_machine_is_an_error_in_words() -> None:
    with pytest.raises(StartError, match="203.0.113.7"):
        listen(("203.0.113.7",), 0, purpose="SMTP", setting="smtp_port")


def test_a_port_can_be_taken_again_at_once() -> None:
    first = listen(BOTH, 0, purpose="SMTP", setting="smtp_port")
    first.close()
    again = listen(BOTH, first.port, purpose="SMTP", setting="smtp_port")
    again.close()
    assert again.port == first.port


def test_a_server_takes_as_many_connections_as_the_system_lets_it() -> None:
    """Shells begin with a soft limit that is far below the hard one."""
    script = (
        "import resource as r; from mailtrap_local.listening import allow_connections as allow\n"
        "hard = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (100, hard)); allow()\n"
        "soft = r.getrlimit(r.RLIMIT_NOFILE)[0]; assert soft >= min(hard, 25_000) or hard == -1 and soft > 100, soft"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)

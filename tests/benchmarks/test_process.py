import os
import sys
from pathlib import Path

import pytest

from benchmarks.process import Failed, Process, cpu_ticks, environment, free_ports, resident_bytes

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("child", "w").write(str(child.pid))
import http.server
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended; whoever adopted it has yet to take notice


def test_leaving_the_block_ends_the_whole_tree(tmp_path: Path) -> None:
    [port] = free_ports(1)
    with Process([sys.executable, "-c", PARENT, str(port)], folder=tmp_path) as process:
        process.await_port(port)
        child = int((tmp_path / "child").read_text())
        assert is_alive(child)
        own = resident_bytes(Path(f"/proc/{process.pid}/smaps_rollup").read_text())
        assert process.resident() > own > 1_000_000
        assert process.cpu_seconds() >= 0
    assert not is_alive(process.pid)
    assert not is_alive(child)


def test_it_ends_when_the_block_is_left_by_ctrl_c(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        with Process([sys.executable, "-c", "import time; time.sleep(600)"], folder=tmp_path) as process:
            raise KeyboardInterrupt
    assert not is_alive(process.pid)


def test_a_process_that_ends_early_says_its_last_words(tmp_path: Path) -> None:
    [port] = free_ports(1)
    with Process([sys.executable, "-c", "raise SystemExit('no such thing')"], folder=tmp_path) as process:
        with pytest.raises(Failed, match="ended with 1: no such thing"):
            process.await_port(port)


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5


def test_settings_of_catchers_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILTRAP_LOCAL_HOST", "MP_DATABASE", "MAILDEV_SMTP_PORT"):
        monkeypatch.setenv(name, "x")
    assert environment().keys() == os.environ.keys() - {"MAILTRAP_LOCAL_HOST", "MP_DATABASE", "MAILDEV_SMTP_PORT"}


def test_resident_memory_is_read_off_the_rollup() -> None:
    assert resident_bytes("5581 [rollup]\nRss:                1536 kB\nPss:   10 kB\n") == 1536 * 1024


def test_processor_time_is_found_behind_any_name() -> None:
    assert cpu_ticks("12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20") == 175

"""docs/embedding.md: its example runs as it stands, and its table is true."""

import re
import smtplib
import subprocess
import sys
from pathlib import Path

from mailtrap_local.hooks import Hooks
from mailtrap_local.stages import STAGES
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
MAIL = "Subject: x\r\n\r\n{}\r\n"


def refusal(port: int, text: str, *, to: str, login: tuple[str, str] | None = None) -> int:
    """The code that a mail is refused with; 0 if it is taken."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        try:
            if login:
                client.login(*login)
            client.sendmail("ann@x.org", [to], MAIL.format(text))
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[to][0]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code
    return 0


def test_the_small_server_runs_as_it_stands(tmp_path: Path) -> None:
    (example,) = (block for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL) if "import" in block)
    (tmp_path / "shop.py").write_text(example, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "shop.py"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        started = re.fullmatch(r"SMTP on port (\d+), mail at http://127\.0\.0\.1:\d+/\n", process.stdout.readline())
        assert started
        port = int(started[1])
        assert refusal(port, "hello", to="bob@shop.example") == 0
        assert re.fullmatch(r"ann@x\.org -> bob@shop\.example: \w{22}\n", process.stdout.readline())
        assert refusal(port, "hello", to="bob@elsewhere.example") == 554
        assert refusal(port, "EICAR", to="bob@shop.example") == 550
        assert refusal(port, "hello", to="bob@elsewhere.example", login=("shop", "secret")) == 0
        assert refusal(port, "hello", to="bob@shop.example", login=("shop", "wrong")) == 535
        process.stdin.close()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_table_names_every_hook() -> None:
    named = re.findall(r"^\| `(before_\w+)` `(after_\w+)` \|", PAGE, flags=re.MULTILINE)
    stages = [stage.replace("-", "_") for stage in STAGES if stage != "body"]
    assert named == [(f"before_{stage}", f"after_{stage}") for stage in stages]

    class All:
        pass

    for before, after in named:
        setattr(All, before, lambda *_: None)
        setattr(All, after, lambda *_: None)
    assert Hooks(All()).stages == set(STAGES) - {"body"}

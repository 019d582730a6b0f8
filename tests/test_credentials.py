"""htpasswd files: what is read, what is refused, and that wrong passwords stay outside."""

import base64
import hashlib
import time
from pathlib import Path

import bcrypt
import pytest

from mailtrap_local.credentials import REMEMBERED, Credentials
from mailtrap_local.errors import SettingError


def sha(password: str) -> str:
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()


def hashed(password: str, *, cost: int = 4, kind: str = "2b") -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode().replace("$2b$", f"${kind}$")


def read(tmp_path: Path, *lines: str) -> Credentials:
    file = tmp_path / "users"
    file.write_text("\n".join(lines), encoding="utf-8")
    return Credentials.from_file(file)


async def test_both_kinds_of_hash(tmp_path: Path) -> None:
    users = read(tmp_path, "# comment", "", "ann:" + hashed("a", kind="2y"), "bob:" + sha("b"), "jörg:" + hashed("ü"))
    assert await users.check("ann", "a")
    assert await users.check("bob", "b")
    assert await users.check("jörg", "ü")
    for user, password in (("ann", "b"), ("bob", "a"), ("eve", "a"), ("", ""), ("ann", ""), ("bob", ""), ("Ann", "a")):
        assert not await users.check(user, password)


async def test_one_user_in_plain() -> None:
    users = Credentials.of("ann", "päss")
    assert await users.check("ann", "päss")
    assert not await users.check("ann", "pass")
    assert not await users.check("eve", "päss")


async def test_a_later_line_wins(tmp_path: Path) -> None:
    users = read(tmp_path, "ann:" + sha("old"), "ann:" + hashed("new"))
    assert await users.check("ann", "new")
    assert not await users.check("ann", "old")


@pytest.mark.parametrize("password", ["a\0", "a\0b", "\0", "\ud800"])
async def test_odd_passwords(tmp_path: Path, password: str) -> None:
    users = read(tmp_path, "ann:" + hashed("a"), "bob:" + sha("a"))
    assert not await users.check("ann", password)
    assert not await users.check("bob", password)


async def test_a_password_longer_than_bcrypt_looks(tmp_path: Path) -> None:
    users = read(tmp_path, "ann:" + hashed("x" * 72))
    assert await users.check("ann", "x" * 100)
    assert not await users.check("ann", "y" * 100)


async def test_a_pair_that_was_right_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = read(tmp_path, "ann:" + hashed("a"))
    assert await users.check("ann", "a")
    monkeypatch.setattr(bcrypt, "checkpw", lambda *_: False)
    assert await users.check("ann", "a")
    assert not await users.check("ann", "b")
    assert not await users.check("anna", "")  # the same letters, divided in another way


async def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    users = read(tmp_path, *(f"u{number}:{sha('x')}" for number in range(REMEMBERED + 50)))
    for number in range(REMEMBERED + 50):
        assert await users.check(f"u{number}", "x")
    assert len(users._right) == REMEMBERED


async def test_a_user_who_does_not_exist_costs_the_same(tmp_path: Path) -> None:
    users = read(tmp_path, "ann:" + hashed("a", cost=10), "bob:" + sha("b"))

    async def cost(user: str) -> float:
        best = float("inf")
        for _ in range(3):
            before = time.perf_counter()
            assert not await users.check(user, "wrong")
            best = min(best, time.perf_counter() - before)
        return best

    costs = [await cost(user) for user in ("ann", "bob", "eve")]
    assert max(costs) < 3 * min(costs), costs


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ann", "no USER:HASH in line 2"),
        (":x", "no USER:HASH in line 2"),
        ("ann:$apr1$abc$def", "is none of bcrypt"),
        ("ann:plain", "is none of bcrypt"),
        ("ann:{SHA}????", "is none of bcrypt"),
        ("ann:{SHA}YWJj", "is none of bcrypt"),
        ("ann:$2y$99$" + "a" * 53, "is none of bcrypt"),
        ("ann:$2y$05$short", "is none of bcrypt"),
    ],
)
def test_lines_that_cannot_be(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason) as caught:
        read(tmp_path, "bob:" + sha("b"), line)
    assert "plain" not in str(caught.value)


def test_files_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="names nobody"):
        read(tmp_path, "# nothing")
    with pytest.raises(SettingError, match="cannot be read"):
        Credentials.from_file(tmp_path)
    (tmp_path / "latin").write_bytes(b"j\xf6rg:x")
    with pytest.raises(SettingError, match="not UTF-8"):
        Credentials.from_file(tmp_path / "latin")

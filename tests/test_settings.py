"""Where settings come from, which source wins, and what a wrong one is told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.errors import SettingError
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings, load, row, rows, strangers

SAMPLES: dict[str, tuple[str, object]] = {
    "host": ("127.0.0.2,::1", ("127.0.0.2", "::1")),
    "smtp_port": ("2525", 2525),
    "http_port": ("2580", 2580),
    "database": ("mail.sqlite3", Path("mail.sqlite3")),
    "max_messages": ("7", 7),
    "max_age": ("1h", 3600.0),
    "max_bytes": ("2MB", 2 * 1024**2),
    "max_message_size": ("3MB", 3 * 1024**2),
    "max_data_in_flight": ("60MB", 60 * 1024**2),
    "smtp_processes": ("2", 2),
    "synchronous": ("normal", "normal"),
    "base_path": ("/mail", "/mail"),
    "hostname": ("mail.example.com", "mail.example.com"),
    "label": ("staging", "staging"),
    "allow_host": ("*.ddev.site", ("*.ddev.site",)),
    "allow_origin": ("https://app.test", ("https://app.test",)),
    "allow_anonymous": ("true", True),
    "http_auth": ("ann:secret", "ann:secret"),
    "http_auth_file": ("web.htpasswd", Path("web.htpasswd")),
    "smtp_auth_file": ("smtp.htpasswd", Path("smtp.htpasswd")),
    "smtp_tls_port": ("465", 465),
    "tls": ("true", True),
    "tls_cert": ("chain.pem", Path("chain.pem")),
    "tls_key": ("key.pem", Path("key.pem")),
    "tls_required": ("true", True),
    "smtp_auth_tls_only": ("true", True),
    "smtp_socket": ("smtp.sock", Path("smtp.sock")),
    "lmtp_port": ("24", 24),
    "lmtp_socket": ("lmtp.sock", Path("lmtp.sock")),
    "proxy_protocol": ("true", True),
    "xclient": ("true", True),
    "smtp_auth_required": ("true", True),
    "faults": ("greylisting, tarpit", ({"preset": "greylisting"}, {"preset": "tarpit"})),
    "rate_limits": ("mailtrap, gmail", ({"preset": "mailtrap"}, {"preset": "gmail"})),
    "magic_addresses": ("true", True),
    "allow_internal": ("true", True),
    "plus_tags": ("false", False),
    "log_level": ("debug", "debug"),
}


def loaded(
    flags: Mapping[str, object] | None = None, *, environ: Mapping[str, str] | None = None, directory: Path
) -> Settings:
    return load(flags or {}, environ=environ or {}, directory=directory)


def refused(**values: Any) -> str:
    with pytest.raises(SettingError) as caught:
        Settings(**values)
    return str(caught.value)


def test_every_setting_has_a_sample() -> None:
    assert set(SAMPLES) == {row.name for row in rows()}


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    assert loaded(directory=tmp_path) == Settings()


def test_what_is_kept_and_taken_unless_told_otherwise() -> None:
    """A change of these surprises whoever relied on them."""
    settings = Settings()
    assert settings.host == ("127.0.0.1", "::1")
    assert (settings.max_messages, settings.max_age) == (20_000, 30 * 86_400)
    assert (settings.max_message_size, settings.max_data_in_flight) == (50 * 1024**2, 256 * 1024**2)
    assert (settings.database, settings.synchronous, settings.allow_anonymous) == (None, "full", False)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_source_reaches_each_setting(name: str, tmp_path: Path) -> None:
    text, value = SAMPLES[name]
    beside = {"tls_cert": "cert.pem"} if name == "tls_key" else {}  # which makes no sense alone
    assert getattr(loaded(beside | {name: text}, directory=tmp_path), name) == value
    assert getattr(loaded(beside, environ={row(name).variable: text}, directory=tmp_path), name) == value
    (tmp_path / "mailtrap-local.toml").write_text(f'{row(name).key} = "{text}"\n')
    in_file = tmp_path / value if isinstance(value, Path) else value
    assert getattr(loaded(beside, directory=tmp_path), name) == in_file


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text("smtp-port = 1\nhttp-port = 2\nmax-messages = 3\n")
    environ = {"MAILTRAP_LOCAL_SMTP_PORT": "11", "MAILTRAP_LOCAL_HTTP_PORT": "12"}
    settings = loaded({"smtp_port": "21"}, environ=environ, directory=tmp_path)
    assert (settings.smtp_port, settings.http_port, settings.max_messages) == (21, 12, 3)


def test_an_empty_environment_variable_is_not_set(tmp_path: Path) -> None:
    assert loaded(environ={"MAILTRAP_LOCAL_SMTP_PORT": ""}, directory=tmp_path).smtp_port == 1025


def test_toml_types_and_underscores(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text(
        'allow_host = ["a.example.com", "*.b.example.com"]\nplus_tags = false\nmax-age = 60\nsmtp-port = 0\n'
    )
    settings = loaded(directory=tmp_path)
    assert settings.allow_host == ("a.example.com", "*.b.example.com")
    assert (settings.plus_tags, settings.max_age, settings.smtp_port) == (False, 60.0, 0)


def test_tables_of_toml(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text(
        '[[faults]]\npreset = "greylisting"\n[[faults]]\nwhere = "mail"\nreply = "451 4.7.1 later"\ntimes = 2\n'
        '[[rate-limits]]\npreset = "mailtrap"\n[[rate-limits]]\nper = "user"\ncount = 2\nseconds = 60\n'
    )
    settings = loaded(directory=tmp_path)
    assert settings.rate_limits == ({"preset": "mailtrap"}, {"per": "user", "count": 2, "seconds": 60})
    server = Server(settings)  # as it reads them
    assert [each.fault.where for each in server.faults.all()] == ["rcpt", "mail"]
    assert [each.limit.per for each in server.rates.all()] == ["inbox", "user"]
    assert settings.faults == ({"preset": "greylisting"}, {"where": "mail", "reply": "451 4.7.1 later", "times": 2})


def test_the_table_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mailtrap-local]\nlabel = "mine"\n')
    assert loaded(directory=tmp_path).label == "mine"


def test_the_own_file_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mailtrap-local]\nlabel = "project"\n')
    (tmp_path / "mailtrap-local.toml").write_text('label = "own"\n')
    assert loaded(directory=tmp_path).label == "own"


@pytest.mark.parametrize("content", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "not toml at all ["])
def test_a_pyproject_that_says_nothing_of_us(content: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    assert loaded(directory=tmp_path) == Settings()


@pytest.mark.parametrize("way", ["flag", "environment"])
def test_a_named_file_is_the_only_one_read(way: str, tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text("smtp-port = 1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "settings.toml").write_text('database = "mail.sqlite3"\n')
    name = "other/settings.toml"
    flags, environ = ({"config": name}, {}) if way == "flag" else ({}, {"MAILTRAP_LOCAL_CONFIG": name})
    settings = loaded(flags, environ=environ, directory=tmp_path)
    assert settings.smtp_port == 1025
    assert settings.database == tmp_path / "other" / "mail.sqlite3"


def test_a_named_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"settings file .*gone\.toml cannot be read: No such file"):
        loaded({"config": "gone.toml"}, directory=tmp_path)


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text("smtp-port = \n")
    with pytest.raises(SettingError, match=r"mailtrap-local\.toml is not valid TOML: .*line 1"):
        loaded(directory=tmp_path)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nmailtrap-local = 3\n")
    with pytest.raises(SettingError, match="must be a table"):
        loaded(directory=tmp_path)


@pytest.mark.parametrize(("key", "meant"), [("smtp-prot", "smtp-port"), ("max_mesages", "max-messages")])
def test_an_unknown_key_gets_a_suggestion(key: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text(f"{key} = 1\n")
    with pytest.raises(SettingError, match=rf"^{key}, from .*, is no setting; was {meant} meant\?"):
        loaded(directory=tmp_path)


def test_an_unknown_key_like_nothing(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text("zzz = 1\n")
    with pytest.raises(SettingError, match=r"is no setting: `mailtrap-local --help` lists all"):
        loaded(directory=tmp_path)


def test_a_wrong_value_names_setting_source_value_and_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text('max-age = "a week"\n')
    allowed = re.escape('allowed is a time such as "30d", "12h", "15m" or "90s".')
    with pytest.raises(SettingError, match=rf"^max_age, from .*mailtrap-local\.toml, is 'a week'; {allowed}$"):
        loaded(directory=tmp_path)
    port = r"is '70000'; allowed is a whole number from 0 to 65535"
    with pytest.raises(SettingError, match=rf"^smtp_port, from the flag --smtp-port, {port}"):
        loaded({"smtp_port": "70000", "config": _empty(tmp_path)}, directory=tmp_path)
    environ = {"MAILTRAP_LOCAL_SMTP_PORT": "70000", "MAILTRAP_LOCAL_CONFIG": _empty(tmp_path)}
    with pytest.raises(SettingError, match=rf"^smtp_port, from the environment \(MAILTRAP_LOCAL_SMTP_PORT\), {port}"):
        loaded(environ=environ, directory=tmp_path)
    assert refused(smtp_port="70000").startswith("smtp_port, given in code, is '70000'; allowed is")


def _empty(folder: Path) -> str:
    (folder / "empty.toml").touch()
    return "empty.toml"


def test_a_wrong_value_of_a_source_that_loses_is_refused_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MAILTRAP_LOCAL_SMTP_PORT"):
        loaded({"smtp_port": "1"}, environ={"MAILTRAP_LOCAL_SMTP_PORT": "x"}, directory=tmp_path)


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in refused(http_auth=":hunter2")
    assert "hunter2" not in repr(Settings(http_auth="ann:hunter2"))


def test_values_in_code_are_checked_and_brought_to_their_final_form() -> None:
    settings = Settings(max_age=60, base_path="mail/", host=("::1", "::1"))
    assert isinstance(settings.max_age, float)
    assert (settings.base_path, settings.host) == ("/mail", ("::1",))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1"])
def test_listening_beyond_this_machine_needs_a_password_or_a_word(host: str) -> None:
    assert "--allow-anonymous" in refused(host=("127.0.0.1", host))
    assert refused(host=(host,), smtp_auth_file=Path("x")).startswith(f"host {host} can be reached")
    opened: list[dict[str, Any]] = [{"http_auth": "a:b"}, {"http_auth_file": Path("x")}, {"allow_anonymous": True}]
    for given in opened:
        settings = Settings(host=(host,), **given)
        assert settings.exposed == (host,)
        assert len(settings.warnings) == 1
        assert host in settings.warnings[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_loopback_needs_neither(host: str) -> None:
    settings = Settings(host=(host,))
    assert settings.exposed == ()
    assert settings.warnings == ()


def test_a_warning_says_whether_there_is_a_password() -> None:
    assert "without a password" in Settings(host=("::",), allow_anonymous=True).warnings[0]
    assert "with a password" in Settings(host=("::",), http_auth="a:b").warnings[0]


def test_a_port_for_tls_without_tls_is_told() -> None:
    assert Settings().warnings == Settings(smtp_tls_port=0).warnings == ()
    assert "nothing listens there" in Settings(smtp_tls_port=465).warnings[0]
    for tls in ({"tls": True}, {"tls_required": True}, {"smtp_auth_tls_only": True}, {"tls_cert": Path("x")}):
        assert Settings(smtp_tls_port=465, **tls).warnings == ()


def test_values_that_are_wrong_together() -> None:
    assert "both 8025" in refused(smtp_port=8025)
    assert Settings(smtp_port=0, http_port=0).smtp_port == 0
    assert "max_data_in_flight" in refused(max_message_size="100MB", max_data_in_flight="99MB")
    assert "choose one" in refused(http_auth="a:b", http_auth_file=Path("x"))
    for tls in (False, True):
        assert "tls_key is given without tls_cert" in refused(tls=tls, tls_key=Path("x"))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "localhost"),
        ("192.0.2.1,::1", "localhost"),
        ("0.0.0.0", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1,192.0.2.1", "[2001:db8::1]"),
    ],
)
def test_where_this_machine_reaches_it(host: str, name: str) -> None:
    assert Settings(host=host, allow_anonymous=True).reached_at == name  # type: ignore[arg-type]  # as text


def test_the_byte_limit_follows_the_kind_of_database() -> None:
    assert Settings().byte_limit == 256 * 1024**2
    assert Settings(database=Path("x")).byte_limit == 1024**3
    assert Settings(max_bytes=0).byte_limit == 0


def test_variables_that_were_meant_are_named_and_others_left_alone() -> None:
    environ = {
        "MAILTRAP_LOCAL_SMTPPORT": "1",
        "MAILTRAP_LOCAL_SMTP_PORT": "1",
        "MAILTRAP_LOCAL_SERVICE_HOST": "192.0.2.1",
        "MAILTRAP_LOCAL_PORT_1025_TCP_ADDR": "192.0.2.1",
        "OTHER": "1",
    }
    assert strangers(environ) == (
        "The environment variable MAILTRAP_LOCAL_SMTPPORT is no setting; was MAILTRAP_LOCAL_SMTP_PORT meant?",
    )


@pytest.mark.parametrize("each", rows(), ids=lambda each: each.name)
def test_each_row_is_whole(each: Any) -> None:
    assert each.help.endswith(".")
    assert len(each.help) <= 90
    assert each.default_text
    assert each.kind.read(each.default) == each.default

"""Every setting, once: the fields of `Settings` are the table that everything else is made from.

Flags, environment variables (`MAILTRAP_LOCAL_…`), `mailtrap-local.toml`, `[tool.mailtrap-local]` in `pyproject.toml`,
`--help` and the table of the README all come from these fields. A flag wins over the environment, that over the
file, and that over the default. Nothing here is read but the file.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from mailtrap_local import kinds
from mailtrap_local.errors import SettingError
from mailtrap_local.kinds import DAY, GB, KB, LOOPBACK, MB, TB, Kind

ENVIRONMENT_PREFIX = "MAILTRAP_LOCAL_"
CONFIG_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"
CONFIG_HELP = "File of settings to read instead of looking for one in the current folder."
CONFIG_FILE = "mailtrap-local.toml"
PROJECT_FILE = "pyproject.toml"
PROJECT_TABLE = "mailtrap-local"

T = TypeVar("T")


def _setting(default: T, kind: Kind[T], help: str, *, unset: str = "") -> T:
    """A row of the table. `help` is one line; `unset` says in words what an empty default means."""
    return field(default=default, metadata={"kind": kind, "help": help, "unset": unset}, repr=not kind.secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a server is told. Values may be given as text too ("30d", "50MB"); raises SettingError for a wrong one."""

    host: tuple[str, ...] = _setting(
        LOOPBACK, kinds.hosts(), "Address to listen on; may repeat and replaces the default ones."
    )
    smtp_port: int = _setting(
        1025, kinds.number(0, 65_535, note=" (0 picks a free port)"), "Port for SMTP; 0 picks a free one."
    )
    http_port: int = _setting(
        8025, kinds.number(0, 65_535, note=" (0 picks a free port)"), "Port for web page and API; 0 picks a free one."
    )
    database: Path | None = _setting(
        None, kinds.path(), "File that keeps the mail; without it mail lives as long as the process.", unset="none"
    )
    max_messages: int = _setting(
        20_000, kinds.number(0, 100_000_000), "Messages to keep, the oldest go first; 0 lifts the limit."
    )
    max_age: float = _setting(
        30.0 * DAY, kinds.duration(0, 36_500 * DAY), "How long to keep a message; 0 lifts the limit."
    )
    max_bytes: int | None = _setting(
        None,
        kinds.optional_size(MB, 1024 * TB),
        "Bytes of mail to keep, the oldest go first; 0 lifts the limit.",
        unset="1GB in a file, 256MB in memory",
    )
    max_message_size: int = _setting(
        50 * MB, kinds.size(KB, GB), "Largest message accepted; a larger one is read to its end and refused."
    )
    max_data_in_flight: int = _setting(
        256 * MB, kinds.size(KB, TB), "Bytes of messages being received at once, over all connections."
    )
    synchronous: str = _setting(
        "full", kinds.choice("full", "normal", "off"), "How safely a database file is written (as SQLite names it)."
    )
    smtp_processes: int = _setting(
        0, kinds.number(0, 64), "Processes beside this one that speak SMTP, for machines with cores to spare."
    )
    base_path: str = _setting("", kinds.base_path(), "Path before every URL, for a proxy.", unset="none")
    hostname: str = _setting("localhost", kinds.name(), "Name that the SMTP greeting and replies give.")
    label: str = _setting("", kinds.line(100), "Text beside the web page's title, to tell servers apart.", unset="none")
    allow_host: tuple[str, ...] = _setting(
        (), kinds.host_patterns(), "Host name that requests may ask for, such as *.ddev.site; may repeat.", unset="none"
    )
    allow_origin: tuple[str, ...] = _setting(
        (), kinds.origins(), "Web origin whose pages may call the API; may repeat.", unset="none"
    )
    allow_anonymous: bool = _setting(False, kinds.switch(), "Listen beyond this machine without asking for a password.")
    http_auth: str | None = _setting(
        None, kinds.credentials(), "User and password that web page and API ask for.", unset="none"
    )
    http_auth_file: Path | None = _setting(
        None, kinds.path(), "htpasswd file of those who may use web page and API.", unset="none"
    )
    smtp_auth_file: Path | None = _setting(
        None, kinds.path(), "htpasswd file of those who may send; without it any AUTH is accepted.", unset="none"
    )
    smtp_tls_port: int = _setting(
        1465,
        kinds.number(0, 65_535, note=" (0 picks a free port)"),
        "Port on which SMTP begins with TLS, where TLS is on; 0 picks a free one.",
    )
    tls: bool = _setting(
        False, kinds.switch(), "Offer STARTTLS, and TLS from the first octet on a port of its own; see `ca`."
    )
    tls_cert: Path | None = _setting(
        None, kinds.path(), "Certificate to use for TLS, PEM with its chain; turns TLS on.", unset="made by ourselves"
    )
    tls_key: Path | None = _setting(
        None, kinds.path(), "Private key of the certificate, PEM.", unset="in the certificate's file"
    )
    tls_required: bool = _setting(False, kinds.switch(), "Refuse mail that comes without TLS; turns TLS on.")
    smtp_auth_tls_only: bool = _setting(
        False, kinds.switch(), "Offer AUTH under TLS only, and refuse it before; turns TLS on."
    )
    smtp_socket: Path | None = _setting(None, kinds.path(), "Unix socket on which to take SMTP as well.", unset="none")
    lmtp_port: int | None = _setting(
        None, kinds.optional_port(), "Port for LMTP (RFC 2033); 0 picks a free one.", unset="none"
    )
    lmtp_socket: Path | None = _setting(None, kinds.path(), "Unix socket on which to take LMTP.", unset="none")
    proxy_protocol: bool = _setting(
        False,
        kinds.switch(),
        "Take the client from the PROXY header (v1, v2) that SMTP connections must begin with.",
    )
    xclient: bool = _setting(False, kinds.switch(), "Let any client say by XCLIENT for whom it speaks.")
    smtp_auth_required: bool = _setting(False, kinds.switch(), "Refuse mail of clients that have not logged in.")
    faults: tuple[dict[str, Any], ...] = _setting(
        (), kinds.tables(), "Fault to begin with: a preset, or JSON; in a file [[faults]]; may repeat.", unset="none"
    )
    rate_limits: tuple[dict[str, Any], ...] = _setting(
        (), kinds.tables(), "Rate limit: a provider's name, or JSON; in a file [[rate-limits]].", unset="none"
    )
    magic_addresses: bool = _setting(
        False, kinds.switch(), "Let addresses such as bounce+550@ or defer+451x2@ fail as they say."
    )
    allow_internal: bool = _setting(
        False, kinds.switch(), "Let bounces and webhooks go to hosts of private networks and of this machine."
    )
    plus_tags: bool = _setting(True, kinds.switch(), "Tag by plus-address: ann+blue@example.com is tagged blue.")
    log_level: str = _setting(
        "info", kinds.choice("debug", "info", "warning", "error"), "Least serious kind of line to log."
    )

    def __post_init__(self) -> None:
        for row in rows():
            object.__setattr__(self, row.name, row.read(getattr(self, row.name), source="given in code"))
        _agree(self)

    @property
    def exposed(self) -> tuple[str, ...]:
        """The hosts that other machines may reach."""
        return tuple(host for host in self.host if not ipaddress.ip_address(host).is_loopback)

    @property
    def reached_at(self) -> str:
        """The name by which this machine reaches what listens, as a URL writes it."""
        if {*LOOPBACK, "0.0.0.0", "::"} & set(self.host):
            return "localhost"
        return f"[{self.host[0]}]" if ":" in self.host[0] else self.host[0]

    @property
    def terms(self) -> str:
        """What an SMTP client has to do about TLS and login, in words."""
        who = "any user name and password" if self.smtp_auth_file is None else f"a user of {self.smtp_auth_file}"
        return f"{self._tls_terms}; {who}" + ("" if self.smtp_auth_required else ", or none")

    @property
    def _tls_terms(self) -> str:
        if not self.speaks_tls:
            return "no TLS"
        words = "STARTTLS" if self.tls_required else "STARTTLS or no TLS"
        return words if self.tls_cert else f"{words} (trust it: `mailtrap-local ca`)"

    @property
    def byte_limit(self) -> int:
        """`max_bytes` with its default worked out: bytes of mail to keep, 0 for no limit."""
        if self.max_bytes is not None:
            return self.max_bytes
        return GB if self.database else 256 * MB

    @property
    def speaks_tls(self) -> bool:
        """Whether SMTP knows TLS: by the switch, or by something that makes no sense without."""
        return self.tls or self.tls_required or self.smtp_auth_tls_only or self.tls_cert is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever starts a server with these settings should be told, a sentence each."""
        told = []
        if self.exposed:
            access = "with a password" if self.http_auth is not None or self.http_auth_file else "without a password"
            told.append(
                f"{', '.join(self.exposed)} can be reached from other machines: all caught mail is readable {access}."
            )
        if not self.speaks_tls and self.smtp_tls_port not in (0, row("smtp_tls_port").default):
            told.append(
                f"smtp_tls_port is {self.smtp_tls_port}, and nothing listens there: TLS is off. Give --tls too."
            )
        return tuple(told)


@dataclass(frozen=True)
class Row:
    """One setting as its sources see it."""

    name: str
    kind: Kind[Any]
    default: Any
    help: str
    unset: str

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def key(self) -> str:
        """The name in a file; underscores are read as well."""
        return self.name.replace("_", "-")

    @property
    def default_text(self) -> str:
        """The default as a user would write it, or in words where it is empty."""
        return self.unset if self.unset and not self.default else self.kind.spell(self.default)

    def read(self, value: object, *, source: str) -> Any:
        """The value in its final form; `source` completes the sentence of the SettingError that it may raise."""
        try:
            return self.kind.read(value)
        except ValueError:
            shown = "not shown here" if self.kind.secret else repr(value)
            raise SettingError(f"{self.name}, {source}, is {shown}; allowed is {self.kind.allowed}.") from None


def _row(entry: "Field[Any]") -> Row:
    return Row(entry.name, entry.metadata["kind"], entry.default, entry.metadata["help"], entry.metadata["unset"])


def rows() -> tuple[Row, ...]:
    """The table, in the order in which a user should meet the settings."""
    return _ROWS


def row(name: str) -> Row:
    """One row of the table, by the setting's name."""
    return next(found for found in _ROWS if found.name == name)


_ROWS = tuple(_row(entry) for entry in fields(Settings))


def load(flags: Mapping[str, object], *, environ: Mapping[str, str], directory: Path) -> Settings:
    """The settings from all their sources.

    `flags` holds what the command line gave, by the name of the setting, and `config` if it names a file. Without
    one the file is looked for in `directory`. An empty environment variable counts as not set. Raises SettingError.
    """
    named = flags.get("config") or environ.get(CONFIG_VARIABLE)
    values: dict[str, Any] = dict(_from_file(Path(str(named)) if named else None, directory))
    for row in _ROWS:
        if environ.get(row.variable):
            values[row.name] = row.read(environ[row.variable], source=f"from the environment ({row.variable})")
        if flags.get(row.name) is not None:
            values[row.name] = row.read(flags[row.name], source=f"from the flag {row.flag}")
    return Settings(**values)


def strangers(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Environment variables with our prefix that look like a setting misspelt, a sentence each.

    Others with the prefix are no mistake: Kubernetes names some after the services of its namespace.
    """
    from difflib import get_close_matches  # here, since most have nothing to suggest

    known = {row.name.upper() for row in _ROWS} | {"CONFIG"}
    found = {name.removeprefix(ENVIRONMENT_PREFIX) for name in environ if name.startswith(ENVIRONMENT_PREFIX)}
    near = ((name, get_close_matches(name, known, n=1, cutoff=0.8)) for name in sorted(found - known))
    return tuple(
        f"The environment variable {ENVIRONMENT_PREFIX}{name} is no setting; was {ENVIRONMENT_PREFIX}{best[0]} meant?"
        for name, best in near
        if best
    )


def _from_file(named: Path | None, directory: Path) -> Iterator[tuple[str, object]]:
    if named is not None:
        yield from _values(directory / named.expanduser())
    elif (directory / CONFIG_FILE).is_file():
        yield from _values(directory / CONFIG_FILE)
    elif (directory / PROJECT_FILE).is_file():
        yield from _values(directory / PROJECT_FILE)


def _values(file: Path) -> Iterator[tuple[str, object]]:
    known = {row.name: row for row in _ROWS}
    for key, value in _table(file).items():
        row = known.get(key.replace("-", "_"))
        if row is None:
            raise SettingError(f"{key}, from {file}, is no setting{_suggestion(key)}.")
        found = row.read(value, source=f"from {file}")
        yield row.name, file.parent / found if isinstance(found, Path) else found


def _table(file: Path) -> dict[str, object]:
    import tomllib  # here, since most starts have no file of settings

    try:
        text = file.read_text(encoding="utf-8")
        if file.name == PROJECT_FILE and PROJECT_TABLE not in text:
            return {}  # the usual one, of a project that has no word for us
        document = tomllib.loads(text)
    except OSError as error:
        raise SettingError(f"The settings file {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        if file.name == PROJECT_FILE:
            return {}  # somebody else's file, and not the place to complain about it
        raise SettingError(f"The settings file {file} is not valid TOML: {error}.") from None
    table = document.get("tool", {}).get(PROJECT_TABLE, {}) if file.name == PROJECT_FILE else document
    if not isinstance(table, dict):
        raise SettingError(f"[tool.{PROJECT_TABLE}] in {file} must be a table.")
    return table


def _suggestion(key: str) -> str:
    from difflib import get_close_matches

    best = get_close_matches(key.replace("_", "-"), [row.key for row in _ROWS], n=1)
    return f"; was {best[0]} meant?" if best else ": `mailtrap-local --help` lists all"


def _ports(settings: Settings) -> list[str]:
    lmtp = settings.lmtp_port is not None
    return ["smtp_port", "http_port", *["smtp_tls_port"] * settings.speaks_tls, *["lmtp_port"] * lmtp]


def _agree(settings: Settings) -> None:
    """Raise SettingError for values that are right alone and wrong together."""
    for one, other in combinations(_ports(settings), 2):
        port = getattr(settings, one)
        if port and port == getattr(settings, other):
            raise SettingError(f"{one} and {other} are both {port}; each needs a port of its own.")
    if settings.max_message_size > settings.max_data_in_flight:
        raise SettingError("max_message_size is larger than max_data_in_flight; no such message could be received.")
    if settings.tls_key is not None and settings.tls_cert is None:
        raise SettingError("tls_key is given without tls_cert; give both, or neither to have them made.")
    if settings.http_auth is not None and settings.http_auth_file is not None:
        raise SettingError("http_auth and http_auth_file are both given; choose one of them.")
    secured = settings.http_auth is not None or settings.http_auth_file is not None or settings.allow_anonymous
    if settings.exposed and not secured:
        raise SettingError(
            f"host {', '.join(settings.exposed)} can be reached from other machines, and anyone there could read the "
            "mail: give --http-auth USER:PASSWORD or --http-auth-file FILE, or --allow-anonymous if that is meant."
        )

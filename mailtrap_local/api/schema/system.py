"""The application: its figures, its limits, what its web page needs to know."""

from msgspec import UNSET, Struct, UnsetType


class RuntimeStats(Struct, frozen=True):
    """Figures since the start: seconds, bytes, counts."""

    Uptime: int
    Memory: int
    MessagesDeleted: int
    SMTPAccepted: int
    SMTPAcceptedSize: int
    SMTPRejected: int
    SMTPIgnored: int


class Ports(Struct, frozen=True):
    """Where the fronts listen. What is not spoken is left out."""

    SMTP: list[int]
    HTTP: int
    SMTPS: list[int] | UnsetType = UNSET  # TLS from the first octet on
    LMTP: list[int] | UnsetType = UNSET
    SMTPSocket: str | UnsetType = UNSET  # the path of a Unix socket
    LMTPSocket: str | UnsetType = UNSET


class Limits(Struct, frozen=True):
    """What is kept and taken: counts, seconds, bytes; 0 is no limit."""

    MaxMessages: int
    MaxAge: float
    MaxBytes: int
    MaxMessageSize: int


class Information(Struct, frozen=True):
    """The application and its store."""

    Version: str
    LatestVersion: str
    Database: str
    DatabaseSize: int
    Messages: int
    Unread: int
    Tags: dict[str, int]
    RuntimeStats: RuntimeStats
    Ports: Ports
    Limits: Limits
    Cursor: str
    Oldest: str | None = None  # when the oldest message came


class MessageRelay(Struct, frozen=True):
    """How messages can be released; not at all while Enabled is false."""

    Enabled: bool = False
    SMTPServer: str = ""
    ReturnPath: str = ""
    AllowedRecipients: str = ""
    BlockedRecipients: str = ""
    OverrideFrom: str = ""
    PreserveMessageIDs: bool = False
    RecipientAllowlist: str = ""


class WebUI(Struct, frozen=True):
    """What a user interface needs to know of the server: names, and which features there are."""

    Label: str
    MessageRelay: MessageRelay
    SpamAssassin: bool
    ChaosEnabled: bool
    DuplicatesIgnored: bool
    HideDeleteAllButton: bool
    Version: str
    SMTP: str
    SMTPTLS: str
    SMTPTerms: str
    Inboxes: bool

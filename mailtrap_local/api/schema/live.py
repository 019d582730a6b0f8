"""What WebSockets say."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from mailtrap_local.api.schema.messages import MessageSummary


class New(Struct, frozen=True, tag_field="type", tag="new"):
    """A message came."""

    seq: int
    inbox: str | None
    message: MessageSummary


class Update(Struct, frozen=True, tag_field="type", tag="update"):
    """Messages have a new read state, new tags, or (later than they came) a snippet and an attachment count."""

    seq: int
    inbox: str | None
    ids: list[str]
    Read: bool | UnsetType = UNSET
    Tags: list[str] | UnsetType = UNSET
    message: MessageSummary | UnsetType = UNSET


class Delete(Struct, frozen=True, tag_field="type", tag="delete"):
    """Messages are gone: deleted, evicted by a limit, or hidden for as long as it can be undone."""

    seq: int
    ids: list[str]
    reason: Literal["", "deleted", "evicted", "hidden"]


class Restore(Struct, frozen=True, tag_field="type", tag="restore"):
    """Hidden messages are back."""

    seq: int
    ids: list[str]


class Truncate(Struct, frozen=True, tag_field="type", tag="truncate"):
    """Every message of the inbox is gone; null means of all inboxes."""

    seq: int
    inbox: str | None


class TagsChanged(Struct, frozen=True, tag_field="type", tag="tags"):
    """A tag was renamed or removed: lists with tags are stale."""

    seq: int


class SessionsEnded(Struct, frozen=True, tag_field="type", tag="sessions"):
    """SMTP sessions have ended, refused ones among them: lists of sessions are stale."""

    seq: int


LiveEvent = New | Update | Delete | Restore | Truncate | TagsChanged | SessionsEnded


class LiveStats(Struct, frozen=True):
    """The counts of a live client's scope."""

    Total: int
    Unread: int


class Frame(Struct, frozen=True):
    """What /api/v1/live sends. `reset`: what lies between `since` and now is not to be had, load anew."""

    cursor: str
    events: list[LiveEvent]
    reset: bool | UnsetType = UNSET
    stats: LiveStats | UnsetType = UNSET
    faults: int | UnsetType = UNSET  # the revision of the faults: they or the rate limits have changed, ask again
    rate_limits: int | UnsetType = UNSET  # that of the rate limits


MailpitKind = Literal["new", "update", "delete", "prune", "truncate", "stats", "error"]


class MailpitFrame(Struct, frozen=True):
    """What /api/events sends."""

    Type: MailpitKind
    Data: Any

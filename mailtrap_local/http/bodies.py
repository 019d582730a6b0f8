"""What clients send: JSON or a form, as the wire type that a handler wants. Names are matched whatever their case.

A body that is of no documented shape raises BadRequest, so nothing happens by mistake. The type decides about unknown
names: those that delete or mark refuse them, since `{"ID": …}` would else mean everything; the others ignore them, as
Mailpit does.
"""

from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from mailtrap_local.errors import BadRequest
from mailtrap_local.http.route import Call

T = TypeVar("T", bound=msgspec.Struct)

FORM = "application/x-www-form-urlencoded"
_FORM_FIELDS = 100_000


async def read(call: Call, wanted: type[T]) -> T:
    """The JSON body as `wanted`. Raises BadRequest, TooLarge."""
    return _from_json(await call.body(), wanted)


async def read_any(call: Call, wanted: type[T]) -> T:
    """The body as `wanted`, from JSON or a form; no body means `wanted()`. Raises BadRequest, TooLarge.

    `curl -d '{…}'` labels JSON as a form, so the text itself decides.
    """
    body = await call.body()
    if not body:
        return wanted()
    media = call.connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == FORM and not body.lstrip().startswith((b"{", b"[")):
        return _from_form(body, wanted)
    return _from_json(body, wanted)


def _from_json(body: bytes, wanted: type[T]) -> T:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"the body is not valid JSON: {error}") from None
    return _converted(value, wanted, strict=True)


def _from_form(body: bytes, wanted: type[T]) -> T:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_FORM_FIELDS)
    except ValueError as error:
        raise BadRequest(f"the body is not a valid form: {error}") from None
    lists = {field.name.lower() for field in msgspec.structs.fields(wanted) if get_origin(field.type) is list}
    value: dict[str, Any] = {}
    for name, text in pairs:
        if name.lower() in lists:
            value.setdefault(name.lower(), []).append(text)
        elif name in value:
            raise BadRequest(f"the form names {name!r} twice")
        else:
            value[name] = text
    return _converted(value, wanted, strict=False)


def _converted(value: Any, wanted: type[T], *, strict: bool) -> T:
    try:
        return msgspec.convert(_renamed(value, wanted), wanted, strict=strict)
    except msgspec.ValidationError as error:
        raise BadRequest(f"the body is not of the documented shape: {error}") from None


def _renamed(value: Any, wanted: Any) -> Any:
    """The value with the names of its objects spelt as the types spell them, as deep as there are types."""
    if isinstance(wanted, UnionType):  # of a type and None
        wanted = next(kind for kind in get_args(wanted) if kind is not NoneType)
    if isinstance(value, list) and get_origin(wanted) is list:
        return [_renamed(item, get_args(wanted)[0]) for item in value]
    if not isinstance(value, dict) or not (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
        return value
    fields = {field.name.lower(): field for field in msgspec.structs.fields(wanted)}
    renamed: dict[str, Any] = {}
    for name, inner in value.items():
        field = fields.get(name.lower())
        spelt = field.name if field else name
        if spelt in renamed:
            raise BadRequest(f"the body names {spelt!r} twice")
        renamed[spelt] = _renamed(inner, field.type) if field else inner
    return renamed

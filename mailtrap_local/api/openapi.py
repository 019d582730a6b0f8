"""openapi.json (OpenAPI 3.1), made from the route table and the wire types, so that it cannot say anything else."""

import re
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

from mailtrap_local import __version__
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call, Param, Route

_REFERENCE = "#/components/schemas/{name}"
_PATH_PARAM = re.compile(r"\{(\w+)(?::path)?\}")
_DESCRIPTION = (
    "The HTTP API of mailtrap-local. Without `inbox` every route covers all inboxes. Each route under /api and /view "
    "exists under /inbox/{name} as well, where it sees that inbox alone."
)
_INBOX = Param("inbox", "string", "Only this inbox")


async def document(call: Call) -> Response:
    """GET /openapi.json."""
    described = describe(_described(call), base_path=call.front.settings.base_path)
    return await answer.json(described, to=call.connection)


async def listing(call: Call) -> Response:
    """GET /api/v1/: the routes in plain text."""
    rows = [f"{route.method:6} {_plain(route.path):44} {route.summary}" for route in _described(call)]
    return answer.text("\n".join([*rows, "", "openapi.json describes them in full.", ""]))


def _described(call: Call) -> tuple[Route, ...]:
    """The routes of this API; those of other catchers' APIs are as those describe them."""
    return tuple(route for route in call.front.routes if not route.peer)


@lru_cache(maxsize=4)
def describe(routes: tuple[Route, ...], *, base_path: str = "") -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    types = _types(routes)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    known = {repr(kind): found for kind, found in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        verb = "get" if route.method == "WS" else route.method.lower()
        paths.setdefault(_plain(route.path), {})[verb] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "mailtrap-local", "version": __version__, "description": _DESCRIPTION},
        "servers": [
            {"url": base_path or "/", "description": "all inboxes"},
            {
                "url": f"{base_path}/inbox/{{name}}",
                "description": "one inbox",
                "variables": {"name": {"default": "default"}},
            },
        ],
        "paths": paths,
        "components": {"schemas": components},
    }


def _types(routes: tuple[Route, ...]) -> list[Any]:
    wanted = [kind for route in routes for kind in (route.answer, route.takes) if kind is not None]
    wanted += [kind for route in routes for _, kind in route.otherwise]
    return list({repr(kind): kind for kind in wanted}.values())


def _plain(path: str) -> str:
    return _PATH_PARAM.sub(r"{\1}", path)


def _operation(route: Route, known: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^A-Za-z0-9]+', '_', _plain(route.path)).rstrip('_')}",
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *(_query_parameter(param) for param in _query(route))],
        "responses": dict(_responses(route, known)),
    }
    if route.takes is not None:
        content = {media: {"schema": known[repr(route.takes)]} for media in route.takes_media}
        operation["requestBody"] = {"content": content, "required": bytes is route.takes}
    if route.method == "WS":
        operation["x-websocket"] = True
    return operation


def _query(route: Route) -> tuple[Param, ...]:
    return (*route.query, _INBOX) if route.scoped and route.path != "/" else route.query


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = _PATH_PARAM.findall(route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameter(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.summary,
        "schema": {"type": param.type},
    }


def _responses(route: Route, known: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    status = "101" if route.method == "WS" else "200"
    content: dict[str, Any] = {}
    if route.answer is not None:
        content["application/json"] = {"schema": known[repr(route.answer)]}
    if route.answer is None or route.media != "application/json":
        content[route.media] = {"schema": {"type": "string"}}
    yield status, {"description": route.summary, "content": content}
    for other, kind in route.otherwise:
        told = {"application/json": {"schema": known[repr(kind)]}}
        yield str(other), {"description": HTTPStatus(other).phrase, "content": told}
    sentence = {"text/plain": {"schema": {"type": "string"}}}
    yield "default", {"description": "One sentence that says what was wrong", "content": sentence}
    if route.validator is not None:
        yield "304", {"description": "The client has it already: If-None-Match names its ETag"}
    if route.changes or route.fetches or route.method == "WS":
        yield "403", {"description": HTTPStatus(403).phrase + ": a page of another origin asked", "content": sentence}

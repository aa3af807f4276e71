"""The description of the interface for programs (OpenAPI 3.1), printed from the tables that requests are checked by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equipoise.web import asking
from equipoise.web.asking import Parameter

Json = dict[str, Any]
FOUND = {"nct_id": "string", "score": "number", "title": "string", "status": "string"}
ERROR = ("code", "place", "fault", "why", "remedy")
NUMBER = r"^[A-Za-z0-9][A-Za-z0-9-]{3,39}$"


def description() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Equipoise registry",
            "version": "1",
            "summary": "Public records of clinical trials: search, related trials, trials for a patient.",
            "description": "An unknown parameter or a value outside its limits is answered with 400 and an error; "
            "nothing is limited or left out in silence. Nothing here is medical advice.",
        },
        "paths": {
            "/api/search": {"get": _asked("One page of the studies found", asking.SEARCH, "SearchAnswer")},
            "/api/studies/{number}": {"get": _asked("A record as it was read", (), None, study=True)},
            "/api/related/{number}": {
                "get": _asked("The studies most like one", asking.RELATED, "RelatedAnswer", study=True)
            },
            "/api/match": {
                "get": _asked("The trials for facts about a patient", asking.MATCH, "MatchAnswer"),
                "post": _posted(),
            },
            "/api/openapi.json": {"get": _asked("This description", (), None)},
        },
        "components": {"schemas": _schemas()},
    }  # fmt: skip


def _asked(summary: str, known: Sequence[Parameter], answer: str | None, *, study: bool = False) -> Json:
    """An operation that is asked by the parameters of its address."""
    number: list[Json] = [
        {"name": "number", "in": "path", "required": True, "schema": {"type": "string", "pattern": NUMBER}}
    ]
    return {
        "summary": summary,
        "parameters": [*(number if study else []), *map(_parameter, known)],
        "responses": _responses(answer, missing=study),
    }


def _posted() -> Json:
    properties: Json = {one.name: _schema(one) | {"description": one.about} for one in asking.BODY}
    properties["facts"] = {"type": "object", "description": properties["facts"]["description"]}
    body = {"type": "object", "additionalProperties": False, "properties": properties}
    return {
        "summary": "The trials for a description of a patient, facts, or both",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses("MatchAnswer"),
    }


def _parameter(one: Parameter) -> Json:
    schema = _schema(one)
    found: Json = {"name": one.name, "in": "query", "description": one.about}
    if one.many > 1:
        schema = {"type": "array", "maxItems": one.many, "items": schema}
    return (
        found
        | {"schema": schema}
        | ({"example": [one.example] if one.many > 1 else one.example} if one.example else {})
    )


def _schema(one: Parameter) -> Json:
    usual = {"default": one.usual} if one.usual is not None else {}
    if one.choices:
        return {"type": "string", "enum": [*one.choices]} | usual
    if one.whole:
        return {"type": "integer", "minimum": one.least, "maximum": one.most} | usual
    return {"type": "string", "minLength": 0 if one.blank else 1, "maxLength": one.most} | usual


def _responses(answer: str | None, *, missing: bool = False) -> Json:
    content = {"$ref": f"#/components/schemas/{answer}"} if answer else {"type": "object"}
    told = {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}
    found: Json = {
        "200": {"description": "The answer", "content": {"application/json": {"schema": content}}},
        "400": {"description": "The request is wrong", "content": {"application/json": told}},
    }
    if missing:
        found["404"] = {"description": "There is no such study", "content": {"application/json": told}}
    return found


def _schemas() -> Json:
    found = _object(FOUND, reasons=_list(_object({"kind": "string", "field": "string", "text": "string"})))
    match = _object({}, findings=_list(_object({"kind": "string", "words": "string", "verdict": "string"})))
    counts = {
        "type": "object",
        "additionalProperties": _list(_object({"value": "string", "count": "integer"})),
    }
    return {
        "Found": found,
        "SearchAnswer": _object(
            {"query": "string", "total": "integer"},
            hits=_list(_ref("Found")),
            facets=counts,
            notes=_list({"type": "string"}),
        ),
        "RelatedAnswer": _object({"nct_id": "string"}, related=_list(_ref("Found"))),
        "Match": {"allOf": [_ref("Found"), match]},
        "MatchAnswer": _object(
            {"notice": "string", "considered": "integer"},
            trials=_list(_ref("Match")),
            excluded=_list(_ref("Match")),
        ),
        "ErrorAnswer": _object({}, error=_object(dict.fromkeys(ERROR, "string"))),
    }


def _object(texts: Mapping[str, str], **others: Json) -> Json:
    properties = {name: {"type": kind} for name, kind in texts.items()} | others
    return {"type": "object", "required": [*properties], "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}

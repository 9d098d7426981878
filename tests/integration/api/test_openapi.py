"""The OpenAPI document says all that callers meet: every error, its shape, and an example of every body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import jsonschema
import pytest
from fastapi.routing import APIRoute

from airflow_approvals.api.app import create_app
from airflow_approvals.domain.events import AnyEvent
from tests.integration.api.server import MOUNTED_AT, Server

APP = create_app()
DOCUMENT = APP.openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
HEALTH = "GET /v1/health"


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(_operations())
BODIES = {
    name: operation["requestBody"] for name, operation in OPERATIONS.items() if "requestBody" in operation
}


def test_every_route_is_described() -> None:
    """All but the document itself and its page."""
    routes = {
        f"{method} {route.path}"
        for route in APP.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert routes - OPERATIONS.keys() == {"GET /docs", "GET /openapi.json"}
    assert OPERATIONS.keys() <= routes


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_describes_itself_and_its_errors(name: str) -> None:
    """401 and 422 for all but health, every error in the one shape, and a word about each.

    Health has an answer of its own for when it is not well.
    """
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
    if name == HEALTH:
        assert errors.keys() == {"503"}
        assert "security" not in operation
        return
    assert errors.keys() >= {"401", "422"}
    assert operation["security"] == [{"HTTPBearer": []}]
    for answer in errors.values():
        assert answer["content"] == PROBLEM
        assert answer["description"]
    assert ("404" in errors) == ("{approval_id}" in name)


def test_operation_ids_are_unique() -> None:
    """Generated clients name their functions after them."""
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", BODIES)
def test_every_body_is_json_has_an_example_and_takes_nothing_else(name: str) -> None:
    """The example fits its own schema; unknown fields do not; the body cannot be left out."""
    body = BODIES[name]
    assert body["required"]
    assert body["content"].keys() == {"application/json"}
    reference = body["content"]["application/json"]["schema"]["$ref"]
    schema = SCHEMAS[reference.rpartition("/")[2]]
    assert schema["additionalProperties"] is False
    assert schema["description"]
    validator = jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    assert schema["examples"]
    for example in schema["examples"]:
        validator.validate(example)
        assert not validator.is_valid({**example, "unknown": 1})


def test_all_changing_operations_take_a_body() -> None:
    """DELETE aside, which no form can send."""
    changing = {name for name in OPERATIONS if not name.startswith(("GET", "DELETE"))}
    assert changing == BODIES.keys()


@pytest.mark.parametrize("answer", ["EventCollection", "DetailShape"])
def test_the_facts_of_a_record_are_told_apart_by_their_type(answer: str) -> None:
    """Every type of fact has the shape of its name; a new one cannot be forgotten here."""
    shape_of = {fact.type: f"#/components/schemas/{fact.__name__}Shape" for fact in get_args(AnyEvent)}
    events = SCHEMAS[answer]["properties"]["events"]["items"]
    assert events["discriminator"] == {"propertyName": "type", "mapping": shape_of}
    assert {shape["$ref"] for shape in events["oneOf"]} == set(shape_of.values())


@pytest.mark.parametrize("fact", get_args(AnyEvent), ids=lambda fact: fact.type)
def test_every_fact_says_what_is_always_there(fact: type[AnyEvent]) -> None:
    """Its type, its time, who it was and its words, besides what it has of its own; nothing is left out."""
    schema = SCHEMAS[f"{fact.__name__}Shape"]
    assert schema["description"]
    assert schema["properties"]["type"]["const"] == fact.type
    assert set(schema["required"]) == schema["properties"].keys() >= {"type", "at", "actor", "text"}


@pytest.mark.e2e
def test_the_document_is_served_to_those_signed_in(server: Server) -> None:
    """With the address under which the app is mounted; people and tasks get the same."""
    expected = {**DOCUMENT, "servers": [{"url": MOUNTED_AT}]}
    for by in (server.person("viewer"), server.cookie("viewer"), server.task(server.new_task().ti_id)):
        response = server.get("/openapi.json", by=by, below=MOUNTED_AT)
        assert response.status_code == 200
        assert response.json() == expected


@pytest.mark.e2e
def test_the_page_shows_the_document(server: Server) -> None:
    """Its address includes the mount."""
    response = server.get("/docs", by=server.cookie("viewer"), below=MOUNTED_AT)
    assert response.headers["content-type"].startswith("text/html")
    assert f"{MOUNTED_AT}/openapi.json" in response.text

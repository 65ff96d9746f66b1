"""The document of the API: whole, with the contracts' examples, and pages that ask no other host."""

import re
from typing import Any, cast

import fastjsonschema
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.billing import http as billing
from services.engine.runtime.settings import Settings
from services.fulfillment import http as fulfillment
from services.http.app import build
from services.http.settings import HttpSettings
from services.http.telling.openapi import document, name_operation
from services.http.telling.pages import meaning
from services.http.telling.problem import Fault
from services.orders import http as orders
from services.watch import http as watch

NOWHERE = HttpSettings(Settings("127.0.0.1:9", "mongodb://127.0.0.1:9/?replicaSet=none"), open=True)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(build((orders.SIDE, fulfillment.SIDE, billing.side(), watch.SIDE), NOWHERE))


@pytest.fixture(scope="module")
def found(client: TestClient) -> dict[str, Any]:
    return document(cast("FastAPI", client.app))


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in found["paths"].items() for method, each in methods.items()]


def test_every_reference_is_to_something(found: dict[str, Any]) -> None:
    named = set(re.findall(r"'#/components/schemas/([^']+)'", str(found)))
    assert named <= set(found["components"]["schemas"])
    assert "$defs" not in str(found)


def test_every_route_names_its_scope_and_its_problems(found: dict[str, Any]) -> None:
    for path, method, each in operations(found):
        assert each["x-scope"], path
        if each["x-scope"] != "none":
            assert {"401", "403", "429"} <= set(each["responses"]), (path, method)
        assert "HTTPValidationError" not in str(each)


def test_the_examples_of_the_contracts_fit_what_is_documented(found: dict[str, Any]) -> None:
    asked = [each for _, _, each in operations(found) if "x-request" in each]
    assert asked
    for each in asked:
        content = each["requestBody"]["content"]["application/json"]
        schema = {**content["schema"], "components": found["components"]}
        fastjsonschema.compile(schema, use_formats=False)(content["example"])


def test_a_page_to_read_and_try_it_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.findall(r"https?://", page.text)
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(asset).status_code == 200, asset
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"


def test_it_is_made_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(app: FastAPI) -> dict[str, Any]:
        made.append(app)
        return {"openapi": "3.1.0"}

    monkeypatch.setattr("services.http.app.document", counted)
    asked = TestClient(build((orders.SIDE,), NOWHERE))
    assert made == []
    assert {asked.get("/openapi.json").status_code for _ in range(3)} == {200}
    assert len(made) == 1


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_two_operations_of_one_name_are_told() -> None:
    app = FastAPI(generate_unique_id_function=name_operation)
    for path in ("/here", "/there"):
        app.add_api_route(path, lambda: None, name="place")
    with pytest.raises(ValueError, match="two operations are called ReadPlace"):
        document(app)


def test_every_schema_has_a_title_of_its_own_or_none(found: dict[str, Any]) -> None:
    titled = [each["title"] for each in found["components"]["schemas"].values() if "title" in each]
    assert len(titled) == len(set(titled))


@pytest.mark.parametrize("code", ["order_conflict", *list(Fault)])
def test_every_code_has_a_page(code: str, client: TestClient) -> None:
    status, title, what_to_do = meaning(code) or (0, "", "")
    assert status >= 400
    assert title
    assert what_to_do
    assert client.get(f"/problems/{code}").status_code == 200


def test_every_part_of_an_address_is_a_parameter(found: dict[str, Any]) -> None:
    for path, _, each in operations(found):
        parts = {part["name"] for part in each.get("parameters", ()) if part["in"] == "path"}
        assert parts == set(re.findall(r"\{([a-z_]+)\}", path)), path


@pytest.mark.parametrize("slip", ["types=OrderPlaced&subjct=A", "curser=begin", "%24where=1"])
def test_a_parameter_that_nobody_reads_is_told(slip: str, client: TestClient) -> None:
    answer = client.get(f"/events?{slip}")
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter_invalid")


def test_an_address_with_a_slash_too_many_is_not_there_and_nobody_is_sent_elsewhere(client: TestClient) -> None:
    answer = client.get("/orders/", headers={"Host": "elsewhere.test"}, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "location" not in answer.headers


def test_what_may_go_wrong_with_a_body_or_a_form_is_documented_as_a_problem(found: dict[str, Any]) -> None:
    for path, method, each in operations(found):
        answers = each["responses"]
        if "requestBody" in each:
            assert {"413", "415"} <= set(answers), (path, method)
        if len(answers["200"].get("content", ())) > 1:
            assert "406" in answers, (path, method)
        for status in (each for each in answers if each >= "400"):
            assert list(answers[status]["content"]) == ["application/problem+json"], (path, method, status)
    assert "406" in found["paths"]["/invoices/{number}"]["get"]["responses"]
    assert {"409", "415"} <= set(found["paths"]["/imports"]["post"]["responses"])

"""The HTTP API in-process: shapes of interfaces.md, problems, courses with slashes in their keys."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from courselens.serve.shapes import AskResult, CourseRecord, FacetResult, SearchResult
from serve_workspace import EVIL

KEY = "KAN-C1011U 2024/2025"


def test_ask_has_the_shape_of_the_command_line(client: TestClient) -> None:
    answer = client.get("/ask", params={"q": "What language is Tax Law taught in?"})
    assert answer.status_code == 200
    found = answer.json()
    AskResult.model_validate(found)
    assert found["course"]["code"] == "KAN-C1011U"
    assert found["field"] == "language"
    assert found["value"] == ["Danish"]
    assert "KAN-C1011U Tax Law" in found["answer"]
    assert {"courses", "passages", "filters", "ignored", "confidence", "question"} <= set(found)


def test_search_with_filters(client: TestClient) -> None:
    found = client.get("/search", params={"q": "accounts", "filter": ["language=Danish", "level=Bachelor"]}).json()
    SearchResult.model_validate(found)
    assert [course["title"] for course in found["courses"]] == ["Financial Accounting"]
    assert "answer" not in found
    assert {one["field"] for one in found["filters"]} == {"language", "level"}


def test_values_of_one_field_are_alternatives(client: TestClient) -> None:
    found = client.get("/search", params={"q": "law", "filter": ["ects=5", "ects=15"], "k": 50}).json()
    titles = {course["title"] for course in found["courses"]}
    assert titles == {"Digital Supply Chains", "Financial Accounting", "Ethics of Technology"}


@pytest.mark.parametrize(
    ("address", "status", "value"),
    [
        ("/search?q=x&filter=colour=red", 404, "colour"),
        ("/search?q=x&filter=language=Klingon", 404, "Klingon"),
        ("/search?q=x&filter=ects=many", 404, "ects=many"),
        ("/search?q=x&filter=nonsense", 422, "nonsense"),
        ("/search?q=x&filter=level=%C2%85%EF%BB%BF", 422, "level=\x85\ufeff"),
        ("/search?q=x&k=0", 422, "0"),
        ("/search?q=x&k=ten", 422, "ten"),
        ("/search", 422, "None"),
        ("/ask?q=" + "x" * 2001, 422, "x" * 200),
        ("/courses/no-such", 404, "no-such"),
        ("/courses/no-such/similar", 404, "no-such"),
        ("/v1/models/gpt-4", 404, "gpt-4"),
    ],
)
def test_a_problem_names_value_and_remedy(client: TestClient, address: str, status: int, value: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert str(problem["value"]) == value or value == "None"
    assert problem["remedy"]
    assert problem["error"]["message"].startswith(problem["detail"])


def test_unknown_address_and_method_are_problems(client: TestClient) -> None:
    assert client.get("/nothing/here").json()["status"] == 404
    refused = client.post("/ask")
    assert refused.status_code == 405
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("written", [quote(KEY), quote(KEY, safe="")])
def test_a_course_in_full(client: TestClient, written: str) -> None:
    record = client.get(f"/courses/{written}").json()
    CourseRecord.model_validate(record)
    assert record["title"] == "Tax Law"
    assert record["sections"][1]["text"].startswith("The course covers income tax")
    assert record["exam"][0]["weight"] == 100.0
    assert "sha256" not in record["source"]


def test_other_years_and_similar_courses(client: TestClient) -> None:
    record = client.get("/courses/KAN-C1001U 2024/2025").json()
    assert [one["year"] for one in record["others"]] == ["2023/2024"]
    near = client.get("/courses/KAN-C1001U 2024/2025/similar?k=3").json()["similar"]
    assert len(near) == 3
    assert all(one["title"] != "Embodied Leadership" for one in near)
    assert near == sorted(near, key=lambda one: -one["score"])


def test_suggestions_begin_as_typed_and_are_of_the_newest_year(client: TestClient) -> None:
    def titles(text: str) -> list[str]:
        found = client.get("/suggest", params={"q": text}).json()["suggestions"]
        return [one["title"] for one in found]

    assert titles("emb") == ["Embodied Leadership"]
    assert titles("law")[0:2] == ["International Commercial Law", "Tax Law"]
    assert titles("law tax") == ["Tax Law"]
    assert titles("C1011") == ["Tax Law"]
    assert titles("kan-c1011u") == ["Tax Law"]
    assert titles("…") == []
    assert titles("zzz") == []


def test_facets_count_the_courses_in_question(client: TestClient) -> None:
    whole = client.get("/facets").json()
    FacetResult.model_validate(whole)
    assert whole["total"] == 13
    narrowed = client.get("/facets", params={"filter": "level=Bachelor"}).json()
    assert narrowed["total"] == 4
    by_field = {one["field"]: {v["value"]: v["count"] for v in one["values"]} for one in narrowed["facets"]}
    assert by_field["language"] == {"English": 3, "Danish": 1}
    assert by_field["level"]["Master"] == 8, "a field's own choice does not hide its other values"
    asked = client.get("/facets", params={"q": "master courses taught in Danish"}).json()
    assert asked["total"] == 1


def test_facet_counts_are_what_a_search_finds(client: TestClient) -> None:
    for facet in client.get("/facets").json()["facets"]:
        for value in facet["values"]:
            params = {"q": "a course", "filter": f"{facet['field']}={value['value']}", "k": "100"}
            assert len(client.get("/search", params=params).json()["courses"]) == value["count"]


def test_health_and_metrics(client: TestClient) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["courses"] == 14
    assert str(client.base_url) not in str(health)
    client.get("/ask", params={"q": "tax"})
    text = client.get("/metrics").text
    assert 'courselens_requests_total{method="GET",route="/ask",status="200"}' in text
    assert "courselens_courses 14.0" in text


def test_openapi_describes_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {"/ask", "/search", "/suggest", "/facets", "/health", "/metrics", "/v1/embeddings"} <= set(document["paths"])
    page = client.get("/docs")
    assert page.status_code == 200
    assert "GET /courses/{key}/similar" in page.text


def test_markup_of_the_catalogue_is_data(client: TestClient) -> None:
    found = client.get("/suggest", params={"q": "script"}).json()["suggestions"]
    assert found[0]["title"] == EVIL


@pytest.mark.parametrize("text", ["", "\x00\x07", "﷽" * 50, "%", "' OR 1=1 --", "a" * 2000, "\n\t ", "🙈", "\ufffe"])
def test_any_question_gets_an_answer(client: TestClient, text: str) -> None:
    assert client.get("/ask", params={"q": text}).status_code == 200
    assert client.get("/", params={"q": text}).status_code == 200


def test_bytes_that_are_no_text(client: TestClient) -> None:
    assert client.get("/ask?q=%ED%A0%80%FF%C3").status_code == 200
    assert client.get("/?q=%ED%A0%80&filter=%FF").status_code in (200, 400)


def test_a_problem_says_in_words_what_to_do(client: TestClient) -> None:
    filtered = client.get("/search", params={"q": "x", "filter": "level"}).json()
    assert (filtered["detail"], filtered["value"]) == ("a filter is not FIELD=VALUE", "level")
    assert "filter=level=Master" in filtered["remedy"]
    assert client.get("/ask").json()["detail"] == "q is missing"
    empty = client.post("/v1/embeddings", json={"input": []}).json()
    assert "at least 1 item" in empty["detail"]

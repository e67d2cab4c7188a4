"""The shapes of requests and responses, for the OpenAPI document and for MCP's schemas (see `Answer.to_dict`).

Responses are written from our own dataclasses; these models describe them and are held to them by tests.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class CourseRef(BaseModel):
    """A course as lists name it; `key` is its address."""

    key: str
    code: str
    codes: list[str]
    year: str | None
    title: str


class RankedCourse(CourseRef):
    """A course of a ranking. `score` orders, and means nothing across questions."""

    score: float
    passage: str = Field(description="The passage of the course that fits best.")


class SimilarCourse(CourseRef):
    """A course near to another; `score` is the cosine of their nearest texts."""

    score: float


class PassageSource(BaseModel):
    """Where a passage stands in the catalogue's source."""

    file: str
    page: int | None


class RankedPassage(BaseModel):
    """A passage that fits; `rank` counts from 1."""

    rank: int
    text: str
    kind: Literal["fact", "chunk"]
    field: str | None
    section: str | None
    score: float
    course: CourseRef
    source: PassageSource


class AppliedFilter(BaseModel):
    """A condition that was applied; `from` are the words that said it."""

    model_config = ConfigDict(extra="allow")

    field: str
    value: list[Any]
    said: str = Field(alias="from")


class SearchResult(BaseModel):
    """What `search` found, best first."""

    model_config = ConfigDict(extra="allow")

    question: str
    courses: list[RankedCourse]
    passages: list[RankedPassage]
    filters: list[AppliedFilter]
    ignored: list[str] = Field(description="Words that looked like a condition and matched nothing.")


class FurtherAnswer(BaseModel):
    """What else was asked of the same course, or the same of another one that was named."""

    answer: str
    field: str | None
    value: list[Any]
    course: CourseRef


class AskResult(SearchResult):
    """An answer; `answer` is null when the catalogue does not hold it, `confidence` then says how sure that is."""

    answer: str | None
    field: str | None
    value: list[Any]
    confidence: float = Field(ge=0, le=1)
    course: CourseRef | None
    further: list[FurtherAnswer] = Field(
        description="What else was asked, and of which course: who, and how many ECTS."
    )


class Suggestions(BaseModel):
    """Courses whose title or code begins as typed."""

    suggestions: list[CourseRef]


class CourseSection(BaseModel):
    """A headed text of a course."""

    name: str
    heading: str
    text: str
    page: int | None = None


class CourseRecord(CourseRef):
    """A course in full: its fields (language, ects, level, …) stand beside its identity, sections below."""

    model_config = ConfigDict(extra="allow")

    sections: list[CourseSection]
    others: list[CourseRef] = Field(description="The same course in other years and under other codes.")


class Similar(BaseModel):
    """Courses similar to one."""

    similar: list[SimilarCourse]


class FacetCount(BaseModel):
    """A value as `filter=FIELD=VALUE` takes it, with the number of courses that have it."""

    value: str
    count: int


class FacetField(BaseModel):
    """A field of the catalogue with its values."""

    field: str
    values: list[FacetCount]


class FacetResult(BaseModel):
    """Facets over the courses that fulfil the conditions; `total` is how many those are."""

    total: int
    facets: list[FacetField]


class HealthResult(BaseModel):
    """Whether the server answers, and from what."""

    status: Literal["ok"]
    version: str
    courses: int
    passages: int
    dimensions: int
    loaded_at: str = Field(description="When the index was opened (UTC, ISO 8601).")
    reloads: int
    reload_error: str | None


MOST_INPUTS = 2048


def _a_number(value: object) -> object:
    """`true` and `"8"` are no numbers, whatever Python and pydantic think. Raises ValueError for them."""
    if isinstance(value, bool | str):
        raise ValueError("true, false and texts are no numbers")
    return value


Text = Annotated[str, Field(min_length=1)]
Token = Annotated[int, Field(ge=0, json_schema_extra={"x-token": True}), BeforeValidator(_a_number)]
Dimensions = Annotated[int, Field(ge=1), BeforeValidator(_a_number)]
TokenText = Annotated[list[Token], Field(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1, max_length=MOST_INPUTS)]
TokenTexts = Annotated[list[TokenText], Field(min_length=1, max_length=MOST_INPUTS)]


class EmbeddingRequest(BaseModel):
    """A request for embeddings as OpenAI's API takes it."""

    input: Text | Texts | TokenText | TokenTexts = Field(
        description="A text, texts, or tokens of this model's own tokenizer."
    )
    model: str = "courselens"
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Dimensions | None = Field(None, description="Keep the first so many values and normalise again.")
    user: str | None = None


class Embedding(BaseModel):
    """One vector, L2-normalised: numbers, or base64 of little-endian float32."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """Tokens of the input; `truncated_inputs` texts were longer than the model reads and were cut."""

    prompt_tokens: int
    total_tokens: int
    truncated_inputs: int


class EmbeddingResult(BaseModel):
    """Vectors in the order of the input."""

    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: Usage


class Model(BaseModel):
    """The model that answers."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(BaseModel):
    """The models of this server."""

    object: Literal["list"]
    data: list[Model]

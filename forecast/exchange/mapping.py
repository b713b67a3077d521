"""What a mapping file may say: which rows of another's export become which reports of a scenario. Frozen, no I/O."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from forecast.exchange.templates import template
from forecast.scenario.schema import Schema, summary
from forecast.timegrid import iso_date, parse_duration

__all__ = ["DateForm", "FileForm", "Happened", "Mapping", "Push", "Reported", "Rule", "Test", "mapping_schema"]

DateForm = Literal["iso", "compact", "day_month_year", "unix"]


def _to_texts(value: Any) -> Any:
    if not isinstance(value, str | list):
        raise ValueError(f"must be text or a list of texts, not {value!r}; put it in quotes")
    return (value,) if isinstance(value, str) else value


def _grade(text: str) -> str:
    if not re.fullmatch("[A-F][1-6]", text):
        raise ValueError(f"{text!r} is not an Admiralty grade: a letter A to F and a digit 1 to 6, as in B2")
    return text


def _to_lag(value: Any) -> Any:
    days = parse_duration(value)
    if days != int(days):
        raise ValueError(f"{value!r} is not whole days")
    return int(days)


def _to_day(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a date written YYYY-MM-DD")
    return iso_date(value)


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Template = Annotated[str, AfterValidator(template)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_to_texts), Field(min_length=1), WithJsonSchema(_TEXTS)]
Grade = Annotated[str, AfterValidator(_grade), WithJsonSchema({"type": "string", "pattern": "^[A-F][1-6]$"})]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Frozen(BaseModel):
    """A part of a mapping: frozen, with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FileForm(_Frozen):
    """How the export is written."""

    separator: Literal["comma", "tab", "semicolon"] = Field(
        "comma", description="between cells; cells of a file with tabs have no quotes"
    )
    columns: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="names of the columns, in order, of a file without a header line"
    )


class Happened(_Frozen):
    """Where the day stands on which it happened."""

    column: str
    format: DateForm = Field(
        "iso",
        description="iso: 2024-05-09, with or without a time after it; compact: 20240509, likewise; day_month_year: 09"
        " May 2024; unix: seconds since 1970, UTC",
    )


class Reported(_Frozen):
    """The day on which it became public: a column, so long after it happened, or the day of the whole file."""

    column: str | None = None
    format: DateForm = "iso"
    after: (
        Annotated[int, BeforeValidator(_to_lag), WithJsonSchema({"type": "string", "pattern": r"^\d+\s*(d|w)$"})] | None
    ) = Field(None, description="days after it happened, as in 3d")
    on: Annotated[date, BeforeValidator(_to_day), WithJsonSchema({"type": "string", "format": "date"})] | None = Field(
        None, description="day on which the file was published"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(value is not None for value in (self.column, self.after, self.on)) != 1:
            raise ValueError("give exactly one of column, after and on")
        if "format" in self.model_fields_set and self.column is None:
            raise ValueError("format belongs to column")
        return self


class Test(_Frozen):
    """What a cell must be; all that is given must hold. A text, or a list of them, is short for ``is``."""

    __test__ = False  # not one of pytest's

    is_: Texts | None = Field(None, alias="is", description="one of these, letter by letter")
    starts: Texts | None = Field(None, description="begins with one of these")
    contains: Texts | None = Field(None, description="holds one of these, capitals or not")
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"is": value}

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of is, starts, contains, at_least and at_most")
        return self


class Push(_Frozen):
    """A coded direction: one number for all rows, or a column's number times a factor."""

    always: Number | None = None
    column: str | None = None
    times: Number = 1.0

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"always": value}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.always is None) == (self.column is None):
            raise ValueError("give a number, or column and times")
        return self


class Rule(_Frozen):
    """Rows for which all of ``when`` holds, and what they are."""

    when: Annotated[dict[str, Test], Field(min_length=1)]
    type: str = Field(description="event type of the scenario")
    direction: dict[str, Push] = Field(default_factory=dict, description="push on each driver, -2 to 2")
    grade: Grade | None = Field(None, description="in place of the mapping's")
    actor: Template | None = Field(None, description="in place of the mapping's")
    summary: Template | None = Field(None, description="in place of the mapping's")
    reason: str | None = Field(None, description="why these rows are such events")


class Mapping(_Frozen):
    """Which rows of an export become which reports of a scenario: the first rule that matches a row decides."""

    mapping: Annotated[str, Field(min_length=1, description="its name")]
    description: str = ""
    file: FileForm = FileForm()
    id: Template = Field(description="of the report; from the source's own id, so that a row is never added twice")
    happened: Happened
    reported: Reported
    grade: Grade
    actor: Template = ""
    summary: Template
    source: Template = Field(description="who reports it, so that others can look it up")
    origin: Template = Field(
        "", description="where the source has it from; reports of one event with the same origin count as one"
    )
    verified: Literal["page", "article", "memory"] | None = None
    same_event: tuple[str, ...] = Field(
        (), description="rows of one type that agree in all of these columns, none blank, are reports of one event"
    )
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    reason: str | None = Field(None, description="why these grades and types")

    @model_validator(mode="after")
    def _origins(self) -> Self:
        if self.same_event and not self.origin:
            raise ValueError("same_event needs origin: without one every copy would count as an independent report")
        return self


def mapping_schema() -> Schema:
    """JSON Schema (draft 2020-12) of the mapping file."""
    body = Mapping.model_json_schema(by_alias=True, mode="validation")
    definitions = body["$defs"]
    # The short forms become mappings before the models see them, so pydantic does not know them.
    definitions["Test"] = {"anyOf": [definitions["Test"], *_TEXTS["anyOf"]]}
    definitions["Push"] = {"anyOf": [definitions["Push"], {"type": "number"}]}
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **body, "title": "Mapping file", "description": summary(body["description"])}

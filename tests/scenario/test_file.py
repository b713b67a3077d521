"""The scenario file: what is accepted, and that every kind of mistake is reported at its line."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError, NotFoundError, Problem
from forecast.scenario.file import load_scenario
from forecast.scenario.schema import keys_at, schema
from forecast.scenario.types import Scenario
from forecast.scenario.yamltext import parse_yaml

GOOD = """\
# A harbour that may silt up.
scenario: harbour-2030
title: A harbour silts up
start: 2030-01-07
horizon: 2031-06-30
step: week
drivers:
  silt:
    meaning: more silt
    low: clear channel
    high: blocked channel
    at_start: [-0.5, 0.5]
    long_run: [-1, 1]
    half_life: [6w, 26w]
  budget:
    meaning: more money for dredging
    low: none
    high: plenty
    at_start: [-1.0, 1.0]
    long_run: [-1.0, 1.0]
    half_life: [30d, 1y]
influences:
  - {from: budget, to: silt, effect: [-0.8, -0.1], reason: dredging removes silt}
events:
  survey:
    coverage: {complete: [2030-01-07, ongoing]}
    signs: both
    per_month: [0.5, 2]
    report_lag: [0d, 3d]
    signal: {silt: {per_unit: [0.3, 1.0], measures: level}}
    rate_ratio: {silt: [1.1, 1.6]}
  grounding:
    coverage: {selected: press}
    signs: positive
    rate_ratio: {silt: [1.2, 3]}
  funding_news:
    coverage: {selected: press}
    signs: both
  rumour:
    coverage: selected
    signs: both
    signal: {silt: {per_unit: [0.1, 0.4]}}
series:
  depth:
    driver: silt
    transform: log
    at_neutral: [8, 12]
    per_unit: [-0.3, -0.1]
    noise: [0.05, 0.2]
states:
  open: {initial: true}
  narrow: {min_duration: 30d, breaks_before: [0.2, 0.6]}
  closed: {}
transitions:
  - {from: open, to: narrow, within_12_months: [0.1, 0.4], hazard_ratio: {silt: [1.5, 4]}}
  - {from: narrow, to: open, within_12_months: [0.1, 0.4]}
  - {from: narrow, to: closed, base_rate: {events: 3, exposure_years: 40}}
outcomes:
  - {name: shut, when: {at_horizon: closed}}
  - {name: trouble, when: {ever: [narrow, closed]}}
  - {name: fine, otherwise: true}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "harbour.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def swap(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} is in the example {text.count(old)} times"
        text = text.replace(old, new)
    return text


def line_of(text: str, marker: str) -> int:
    assert text.count(marker) == 1, f"{marker!r} marks {text.count(marker)} places"
    return text[: text.index(marker)].count("\n") + 1 + marker.startswith("\n")


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return caught.value.problems


def test_a_good_file_becomes_a_scenario(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, GOOD))
    scenario = loaded.scenario
    assert (scenario.start, scenario.horizon) == (date(2030, 1, 7), date(2031, 6, 30))
    assert scenario.drivers["silt"].half_life == (42.0, 182.0)
    assert scenario.drivers["silt"].long_run == (-1.0, 1.0)
    assert scenario.events["survey"].coverage.complete == (date(2030, 1, 7), "ongoing")
    assert scenario.events["rumour"].coverage.complete is None
    assert scenario.transitions[2].base_rate is not None
    assert scenario.transitions[2].base_rate.events == 3
    assert scenario.outcomes[0].when is not None
    assert scenario.outcomes[0].when.at_horizon == ("closed",)
    assert scenario.initial_state == "open"
    assert loaded.path == tmp_path / "harbour.yaml"


def test_only_expected_warnings_with_their_lines(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, GOOD)).warnings == ()
    text = swap(("silt: {per_unit: [0.3, 1.0]", "silt: {per_unit: [-0.3, 1.0]"))
    path = write(tmp_path, text)
    notes = load_scenario(path).warnings
    assert [(note.file, note.line, note.key) for note in notes] == [
        (str(path), line_of(text, "    signal: {silt: {per_unit: [-0.3"), "events.survey.signal.silt.per_unit")
    ]
    assert "the sign is open" in notes[0].message


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("# A harbour", "# The harbour"),
        swap(("    at_start: [-0.5, 0.5]\n", "    at_start:\n      - -0.50\n      - 5e-1\n")),
        swap(("step: week\n", ""), ("scenario: harbour-2030\n", "scenario: 'harbour-2030'\nstep: 'week'\n")),
        swap(("step: week\n", "")),
        swap(("half_life: [6w, 26w]", "half_life: [42d, 182d]")),
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
    ],
    ids=["comment", "layout", "order", "default left out", "unit", "line ends", "byte order mark"],
)
def test_hash_ignores_how_the_content_is_written(tmp_path: Path, text: str) -> None:
    good = load_scenario(write(tmp_path, GOOD)).hash
    path = tmp_path / "other.yaml"
    path.write_bytes(text.encode())
    assert load_scenario(path).hash == good
    assert re.fullmatch("[0-9a-f]{64}", good)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[1.5, 4]", "[1.5, 4.1]"),
        ("dredging removes silt", "dredging helps"),
        ("coverage: selected", "coverage: {selected: press}"),
        ("horizon: 2031-06-30", "horizon: 2031-07-01"),
    ],
)
def test_hash_changes_with_the_content(tmp_path: Path, old: str, new: str) -> None:
    good = load_scenario(write(tmp_path, GOOD)).hash
    assert load_scenario(write(tmp_path, swap((old, new)))).hash != good


def test_yaml_1_1_words_are_ordinary_names(tmp_path: Path) -> None:
    text = GOOD.replace("  budget:", "  no:").replace("from: budget", "from: no")
    assert "no" in load_scenario(write(tmp_path, text)).scenario.drivers


BAD = {
    # kind: (replacements, marker of the line, key path, fragment of the message)
    "unknown key": ([("meaning: more silt", "meanin: more silt")], "meanin:", "drivers.silt.meanin", "mean 'meaning'?"),
    "unknown top key": ([("step: week", "stepp: week")], "stepp:", "stepp", "did you mean 'step'?"),
    "unknown deep key": (
        [("measures: level", "measure: level")],
        "measure:",
        "events.survey.signal.silt.measure",
        "unknown key; did you mean 'measures'?",
    ),
    "python name of a key": (
        [("{from: budget, to: silt", "{from: budget, from_: budget, to: silt")],
        "from_",
        "influences[0].from_",
        "unknown key",
    ),
    "too few": (
        [("  - {name: shut, when: {at_horizon: closed}}\n  - {name: trouble, when: {ever: [narrow, closed]}}\n", "")],
        "\noutcomes:",
        "outcomes",
        "needs at least 2",
    ),
    "dates for coverage": (
        [("[2030-01-07, ongoing]", "2030-01-07")],
        "complete: 2030",
        "events.survey.coverage.complete",
        "[from, to], not",
    ),
    "missing key": ([("    low: clear channel\n", "")], "  silt:\n", "drivers.silt.low", "this key is missing"),
    "missing top key": ([("title: A harbour silts up\n", "")], "scenario:", "title", "this key is missing"),
    "missing key in a list": (
        [("effect: [-0.8, -0.1], ", "")],
        "  - {from: budget",
        "influences[0].effect",
        "this key is missing",
    ),
    "reversed range": ([("[-0.5, 0.5]", "[0.5, -0.5]")], "[0.5, -0.5]", "drivers.silt.at_start", "reversed: low 0.5"),
    "no width": ([("[-0.5, 0.5]", "[0.5, 0.5]")], "[0.5, 0.5]", "drivers.silt.at_start", "needs a width"),
    "range of one": ([("[-0.5, 0.5]", "[0.5]")], "[0.5]", "drivers.silt.at_start", "two values in brackets"),
    "range of three": ([("[-0.5, 0.5]", "[0, 1, 2]")], "[0, 1, 2]", "drivers.silt.at_start", "not [0, 1, 2]"),
    "number for a range": (
        [("[-0.5, 0.5]", "0.5")],
        "at_start: 0.5",
        "drivers.silt.at_start",
        "two values in brackets",
    ),
    "word for a number": ([("[-0.5, 0.5]", "[low, 0.5]")], "[low", "drivers.silt.at_start[0]", "a number, not 'low'"),
    "true for a number": ([("[-0.5, 0.5]", "[true, 2]")], "[true", "drivers.silt.at_start[0]", "a number, not true"),
    "not a number": ([("[-0.5, 0.5]", "[.nan, 2]")], "[.nan", "drivers.silt.at_start[0]", "must be a finite number"),
    "infinite": ([("[-0.5, 0.5]", "[0, .inf]")], "[0, .inf", "drivers.silt.at_start[1]", "must be a finite number"),
    "huge": ([("[-0.5, 0.5]", "[0, 1e999]")], "1e999", "drivers.silt.at_start[1]", "must be a finite number"),
    "negative ratio": ([("[1.1, 1.6]", "[-1, 2]")], "[-1, 2]", "events.survey.rate_ratio.silt", "low must be above 0"),
    "probability of one": (
        [
            (
                "{from: narrow, to: open, within_12_months: [0.1, 0.4]}",
                "{from: narrow, to: open, within_12_months: [0.1, 1]}",
            )
        ],
        "0.1, 1]",
        "transitions[1].within_12_months",
        "strictly between 0 and 1",
    ),
    "bad date": ([("horizon: 2031-06-30", "horizon: 30.6.2031")], "\nhorizon:", "horizon", "YYYY-MM-DD"),
    "impossible date": ([("horizon: 2031-06-30", "horizon: 2031-06-31")], "\nhorizon:", "horizon", "day"),
    "date with a time": (
        [("2031-06-30", "2031-06-30 12:00")],
        "\nhorizon:",
        "horizon",
        "not a date written YYYY-MM-DD",
    ),
    "number for a date": (
        [("horizon: 2031-06-30", "horizon: 2031")],
        "\nhorizon:",
        "horizon",
        "a date written YYYY-MM-DD",
    ),
    "bad coverage date": (
        [("[2030-01-07, ongoing]", "[2030-01-07, now]")],
        "now]",
        "events.survey.coverage.complete[1]",
        "YYYY-MM-DD or the word ongoing",
    ),
    "both coverages": (
        [("{complete: [2030-01-07, ongoing]}", "{complete: [2030-01-07, ongoing], selected: press}")],
        "selected: press}\n    signs: both\n    per",
        "events.survey.coverage",
        "either complete",
    ),
    "coverage reversed": (
        [("[2030-01-07, ongoing]", "[2031-01-07, 2030-01-08]")],
        "2030-01-08",
        "events.survey.coverage",
        "coverage ends before it starts",
    ),
    "duration without unit": ([("[6w, 26w]", "[6, 26w]")], "[6, 26w]", "drivers.silt.half_life[0]", "with a unit"),
    "bad duration": ([("[6w, 26w]", "[6w, 6moons]")], "6moons", "drivers.silt.half_life[1]", "not a duration"),
    "unknown word": ([("step: week", "step: weak")], "step:", "step", "did you mean 'week'?"),
    "text for a list": ([("{ever: [narrow, closed]}", "{ever: {}}")], "{}}", "outcomes[1].when.ever", "must be a list"),
    "list for a mapping": ([("  closed: {}", "  closed: []")], "closed: []", "states.closed", "must be a mapping"),
    "nothing for a mapping": ([("  closed: {}", "  closed:")], "  closed:\n", "states.closed", "not nothing"),
    "number for text": ([("title: A harbour silts up", "title: 2030")], "title:", "title", "put it in quotes"),
    "fraction of an event": (
        [("events: 3,", "events: 2.5,")],
        "2.5",
        "transitions[2].base_rate.events",
        "whole number",
    ),
    "negative count": (
        [("events: 3,", "events: -3,")],
        "events: -3",
        "transitions[2].base_rate.events",
        "must be 0 or more",
    ),
    "no exposure": ([("years: 40", "years: 0")], "years: 0", "transitions[2].base_rate.exposure_years", "above 0"),
    "two sources": (
        [("base_rate: {events: 3", "within_12_months: [0.1, 0.2], base_rate: {events: 3")],
        "events: 3",
        "transitions[2]",
        "exactly one of within_12_months and base_rate",
    ),
    "otherwise false": (
        [("otherwise: true", "otherwise: false")],
        "otherwise:",
        "outcomes[2].otherwise",
        "must be true, or left out",
    ),
    "capital name": ([("  budget:", "  Budget:")], "  Budget:", "drivers.Budget", "is not a name: use small letters"),
    "bad scenario name": ([("harbour-2030", "Harbour 2030")], "scenario:", "scenario", "digits and hyphens"),
    "long name": ([("harbour-2030", "h" * 61)], "scenario:", "scenario", "more than 60 characters"),
    "duplicate key": (
        [("  budget:\n", "  silt:\n")],
        "  silt:\n    meaning: more money",
        "drivers.silt",
        "given twice, first on line 8",
    ),
    "anchor": ([("[-0.5, 0.5]", "&a [-0.5, 0.5]")], "&a", "drivers.silt.at_start", "anchors and aliases"),
    "tag": ([("title: A", "title: !!python/name:os.system A")], "!!python", "title", "tags (!) are not read"),
    "compound key": ([("  closed: {}", "  ? [a, b]\n  : {}")], "? [a", "states", "a key must be a plain word"),
    "second document": ([("outcomes:\n", "---\noutcomes:\n")], "---", "", "a second document"),
    "unknown driver": ([("driver: silt", "driver: slit")], "slit", "series.depth.driver", "did you mean 'silt'?"),
    "two initial states": (
        [("  closed: {}", "  closed: {initial: true}")],
        "closed: {initial",
        "states.closed.initial",
        "'open' is it already",
    ),
    "no otherwise": (
        [("{name: fine, otherwise: true}", "{name: fine, when: {never: closed}}")],
        "name: fine",
        "outcomes[2]",
        "the last outcome must be `otherwise: true`",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_mistake_is_named_at_its_line(tmp_path: Path, kind: str) -> None:
    pairs, marker, key, fragment = BAD[kind]
    text = swap(*pairs)
    path = write(tmp_path, text)
    matching = [p for p in problems_of(path) if p.key == key]
    assert [(p.file, p.line) for p in matching] == [(str(path), line_of(text, marker))]
    assert fragment in matching[0].message
    assert [item.name for item in tmp_path.iterdir()] == ["harbour.yaml"]
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("kind", BAD)
def test_messages_are_free_of_jargon(tmp_path: Path, kind: str) -> None:
    for problem in problems_of(write(tmp_path, swap(*BAD[kind][0]))):
        assert not re.search(r"pydantic|https?:|Input should|Value error|\bloc\b|<class|type=", str(problem))


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = swap(
        ("title: A harbour silts up", "title: [a]"),
        ("[-0.5, 0.5]", "[2, 1]"),
        ("half_life: [6w, 26w]", "half_life: [6, 26]"),
        ("    low: none\n", ""),
        ("  - {name: shut,", "  - {nam: shut,"),
        ("step: week", "step: week\nstep: day"),
    )
    found = [(p.line, p.key) for p in problems_of(write(tmp_path, text))]
    assert found == [
        (3, "title"),
        (7, "step"),
        (13, "drivers.silt.at_start"),
        (15, "drivers.silt.half_life[0]"),
        (15, "drivers.silt.half_life[1]"),
        (16, "drivers.budget.low"),
        (line_of(text, "nam:"), "outcomes[0].nam"),
    ]


@pytest.mark.parametrize(
    "kind", ["unknown key", "list for a mapping", "duplicate key", "capital name", "bad coverage date"]
)
def test_one_slip_is_one_problem(tmp_path: Path, kind: str) -> None:
    assert len(problems_of(write(tmp_path, swap(*BAD[kind][0])))) == 1


def test_a_faulty_entry_still_counts_as_an_entry(tmp_path: Path) -> None:
    text = swap(("  - {name: shut, when", "  - {name: Shut, when"), ("otherwise: true", "otherwise: no"))
    assert [p.key for p in problems_of(write(tmp_path, text))] == ["outcomes[0].name", "outcomes[2].otherwise"]


def test_rules_between_parts_are_all_reported_at_once(tmp_path: Path) -> None:
    text = swap(
        ("horizon: 2031-06-30", "horizon: 2030-01-07"),
        ("from: budget, to: silt", "from: bugdet, to: silt"),
        ("to: closed, base", "to: clsed, base"),
    )
    found = {(p.line, p.key) for p in problems_of(write(tmp_path, text))}
    transition = line_of(text, "to: clsed")
    assert found == {
        (5, "horizon"),
        (line_of(text, "bugdet"), "influences[0].from"),
        (transition, "transitions[2].to"),
        (line_of(text, "  closed: {}"), "states.closed"),
    }


@pytest.mark.parametrize(
    ("content", "line", "fragment"),
    [
        (b"", 1, "the file is empty"),
        (b"\n# only a comment\n", 1, "the file is empty"),
        (b"- a\n- b\n", 1, "the file holds ['a', 'b']"),
        (b"\n\njust words\n", 3, "the file holds 'just words'"),
        (b"scenario: x\ntitle: 'open\n", 3, "not valid YAML"),
        (b"scenario: x\n\ttitle: y\n", 2, "not valid YAML"),
        (b"scenario: x\ndrivers: [1, 2\nstart: y\n", 3, "not valid YAML"),
        (b"scenario: x\ntitle: caf\xe9\n", 2, "not UTF-8: byte 0xe9"),
        ("scenario: x\n".encode("utf-16"), 1, "not UTF-8"),
        (b"scenario: x\ntitle: a\x00b\n", 2, "is not allowed in YAML"),
        (b"a: &a [*a]\n", 1, "anchors and aliases"),
        (b"a:\n  " + b"[" * 100 + b"]" * 100, 2, "levels deep"),
    ],
)
def test_files_that_are_no_scenario_at_all(tmp_path: Path, content: bytes, line: int, fragment: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert any(p.line == line and fragment in p.message and p.file == str(path) for p in problems_of(path))


def test_a_folder_or_nothing_in_place_of_the_file(tmp_path: Path) -> None:
    assert "cannot be read" in problems_of(tmp_path)[0].message
    with pytest.raises(NotFoundError, match=r"there is no scenario file .*nowhere\.yaml"):
        load_scenario(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("007", 7),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2030-02-31", "2030-02-31"),
        ("0x1F", "0x1F"),
        ("yes", "yes"),
        ("'1'", "1"),
        ("True", True),
        ("", None),
        ("9" * 5000, float("inf")),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    found = parse_yaml(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def conforms(value: Any, node: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether plain data satisfy the part of JSON Schema that the scenario's schema uses."""
    if "$ref" in node:
        return conforms(value, definitions[node["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in node:
        return any(conforms(value, choice, definitions) for choice in node["anyOf"])
    if "const" in node and value != node["const"]:
        return False
    if "enum" in node and value not in node["enum"]:
        return False
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "boolean": bool,
        "integer": int,
    }
    kinds["null"] = type(None)
    if "type" in node and not isinstance(value, kinds[node["type"]]):
        return False
    if isinstance(value, str):
        return re.search(node.get("pattern", ""), value) is not None
    if isinstance(value, list):
        prefix = node.get("prefixItems", [])
        rest = node.get("items", True)
        if len(value) < node.get("minItems", 0) or (rest is False and len(value) > len(prefix)):
            return False
        schemas = [*prefix, *[rest] * (len(value) - len(prefix))]
        return all(s is True or conforms(item, s, definitions) for item, s in zip(value, schemas, strict=True))
    if isinstance(value, dict):
        return all(key in value for key in node.get("required", ())) and all(
            conforms(item, inner, definitions) if (inner := inner_schema(key, node)) else False
            for key, item in value.items()
        )
    return True


def inner_schema(key: str, node: dict[str, Any]) -> dict[str, Any] | None:
    if key in node.get("properties", {}):
        return dict(node["properties"][key])
    patterns = node.get("patternProperties", {})
    return next((dict(inner) for pattern, inner in patterns.items() if re.search(pattern, key)), None)


def test_the_schema_accepts_the_example_and_names_its_dialect() -> None:
    body = schema()
    assert body["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert body["title"]
    assert body["description"]
    assert json.loads(json.dumps(body)) == body
    assert conforms(parse_yaml(GOOD).data, body, body["$defs"])


@pytest.mark.parametrize(
    "kind",
    ["unknown key", "missing key", "range of one", "unknown word", "bad duration", "duration without unit"],
)
def test_the_schema_refuses_what_it_can_see(kind: str) -> None:
    body = schema()
    assert not conforms(parse_yaml(swap(*BAD[kind][0])).data, body, body["$defs"])


def test_the_schema_uses_the_names_of_the_file() -> None:
    assert keys_at(("transitions", 0), schema())[:4] == ["reason", "source", "from", "to"]
    assert keys_at(("events", "anything", "coverage"), schema()) == ["complete", "selected"]
    assert set(keys_at((), schema())) == set(Scenario.model_fields)
    assert keys_at(("no", "such", "place"), schema()) == []

"""The mapping file: its vocabulary is closed, and every slip is told at its line, in words, all at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from forecast.errors import InputError
from forecast.exchange.cells import read_day
from forecast.exchange.mapping import mapping_schema
from forecast.exchange.mapping_file import load_mapping
from forecast.exchange.templates import columns_of, filled_by, template
from forecast.scenario.file import load_scenario

GOOD = """mapping: log
id: "log-{no}"
happened: {column: day}
reported: {after: 2d}
grade: B2
summary: "{text}"
source: Log
rules:
  - when: {kind: meeting}
    type: mediation_meeting
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "log.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(InputError) as caught:
        load_mapping(path)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("grade: B2", "grade: G2", "grade", "Admiralty grade"),
        ("grade: B2", "garde: B2", "garde", "did you mean 'grade'?"),
        ("{after: 2d}", "{after: 2}", "reported.after", "duration"),
        ("{after: 2d}", "{after: 0.5d}", "reported.after", "whole days"),
        ("{after: 2d}", "{after: 2d, on: 2023-04-01}", "reported", "exactly one of"),
        ("{after: 2d}", "{on: 2023-04-01, format: unix}", "reported", "format belongs to column"),
        ("{column: day}", "{column: day, format: roman}", "happened.format", "must be 'iso'"),
        ("{kind: meeting}", "{}", "rules[0].when", "at least 1"),
        ("{kind: meeting}", "{kind: 12}", "rules[0].when.kind", "put it in quotes"),
        ("{kind: meeting}", "{kind: {begins: m}}", "rules[0].when.kind.begins", "unknown key"),
        ("{kind: meeting}", "{kind: {at_leats: 1}}", "rules[0].when.kind.at_leats", "did you mean 'at_least'?"),
        ('"{text}"', '"{text"', "summary", "lone '{'"),
        ('"{text}"', '"{}"', "summary", "without a column's name"),
        ("source: Log", "source: Log\nsame_event: [day]", "", "same_event needs origin"),
        ("source: Log", "source: Log\nsource: Log", "source", "given twice"),
        ("type: mediation_meeting", "type: mediation_meeting\n    direction: {union_resolve: {times: 2}}",
         "rules[0].direction.union_resolve", "give a number, or column"),
    ],
)  # fmt: skip
def test_a_slip_is_told_at_its_place(tmp_path, old, new, key, said):
    assert old in GOOD
    text = GOOD.replace(old, new)
    found = problems(written(tmp_path, text))
    assert [place for _, place, _ in found] == [key]
    line, _, message = found[0]
    assert said in message
    if key:
        assert key.rpartition(".")[2].partition("[")[0] in text.splitlines()[line - 1]


def test_all_slips_come_at_once(tmp_path):
    text = GOOD.replace("B2", "G2").replace("id:", "ident:").replace("kind: meeting", "kind: 7")
    assert [line for line, _, _ in problems(written(tmp_path, text))] == [1, 2, 5, 9]


def test_what_does_not_fit_scenario_or_file_is_told(tmp_path, project_root):
    text = GOOD + (
        "    direction: {bargaining_progres: 3}\n"
        "  - {when: {knd: vote}, type: writen_offer}\n"
        "  - {when: {kind: offer}, type: written_offer, direction: {employer_pressure: -1}}\n"
    )
    scenario = load_scenario(project_root / "tests" / "cases" / "priors" / "harbour-strike.yaml").scenario
    found = load_mapping(written(tmp_path, text)).problems(scenario, ("no", "day", "txt", "kind"))
    assert [(problem.line, problem.key) for problem in found] == [
        (6, "summary"),
        (11, "rules[0].direction.bargaining_progres"),
        (11, "rules[0].direction.bargaining_progres"),
        (12, "rules[1].type"),
        (12, "rules[1].when.knd"),
        (13, "rules[2].direction"),
    ]
    text = "\n".join(problem.message for problem in found)
    for said in ("did you mean 'txt'?", "did you mean 'kind'?", "did you mean 'written_offer'?", "outside -2 to 2"):
        assert said in text
    assert "signs are positive" in text


@pytest.mark.parametrize("text", ["", "- a\n", "just words"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    assert "must be a mapping" in problems(written(tmp_path, text))[0][2]


def test_the_schema_accepts_what_the_program_accepts(project_root):
    """Every mapping in the repository, and not the same with an unknown key."""
    schema = mapping_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    paths = sorted(project_root.glob("priors/mappings/*/*.yaml"))
    paths += sorted((project_root / "tests" / "cases" / "priors" / "mappings").rglob("*.yaml"))
    assert len(paths) >= 4
    for path in paths:
        load_mapping(path)
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- plain text alone
        json.dumps(data)
        validator = jsonschema.Draft202012Validator(schema)
        errors = [error for error in validator.iter_errors(data) if "number" not in str(error.validator_value)]
        errors = [error for error in errors if not error.context]  # numbers are text to this loader
        assert not errors, path
        assert list(validator.iter_errors({**data, "unknown": 1}))


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2025-05-09", "iso", date(2025, 5, 9)),
        (" 2025-05-09 00:00:00.000 ", "iso", date(2025, 5, 9)),
        ("2025-05-09T23:59:59Z", "iso", date(2025, 5, 9)),
        ("20250509", "compact", date(2025, 5, 9)),
        ("20250509181500", "compact", date(2025, 5, 9)),
        ("09 May 2025", "day_month_year", date(2025, 5, 9)),
        ("9 sept 2025", "day_month_year", None),
        ("9 Sep 2025", "day_month_year", date(2025, 9, 9)),
        ("1746748799", "unix", date(2025, 5, 8)),
        ("1746748800", "unix", date(2025, 5, 9)),
        ("09/05/2025", "iso", None),
        ("2025-02-30", "iso", None),
        ("20250230", "compact", None),
        ("202505", "compact", None),
        ("", "iso", None),
        ("2025-05-09", "compact", None),
        ("31 February 2025", "day_month_year", None),
        ("٢٠٢٥٠٥٠٩", "compact", None),
    ],
)
def test_days_are_read_in_their_form_alone(text, form, day):
    if day is None:
        with pytest.raises(ValueError, match=r"not a date|no such day|blank"):
            read_day(text, form)
    else:
        assert read_day(text, form) == day


def test_templates():
    text = template("{a} of {b}: {{c}}")
    assert columns_of(text) == ("a", "b")
    assert filled_by(text, {"a": 1, "b": 0})(["two\n lines", " one "]) == "one of two lines: {c}"

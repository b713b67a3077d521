"""Crowd forecasts: what the reader accepts, two-step questions, the race beside the model by hand, and no leak."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from write_crowds import crowd_sections, crowd_summary

from forecast.cli.crowd_output import crowd_fields, crowd_lines, crowd_tables
from forecast.cli.output import print_tables
from forecast.errors import InputError
from forecast.evaluation.race.losses import BRIER_1, LOG, MODEL
from forecast.evaluation.targets.asked import Prediction
from forecast.evaluation.targets.crowd import COLUMNS, Crowd, crowd_race, read_crowd
from forecast.evaluation.targets.observed import History
from forecast.evaluation.targets.questions import question_target
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence, Question
from forecast.scenario.file import load_scenario

HEAD = ",".join(COLUMNS)
FIRST, SECOND, BY = dt.date(2025, 3, 31), dt.date(2025, 5, 8), dt.date(2025, 12, 31)


@pytest.fixture(scope="module")
def shipped(project_root: Path):
    scenario = load_scenario(project_root / "priors" / "ukraine-2025.yaml").scenario
    evidence = read_evidence(project_root / "data" / "ukraine-2025", scenario)
    return scenario, evidence, read_crowd(project_root / "data" / "ukraine-2025" / "crowd.csv")


@pytest.fixture(scope="module")
def harbour(project_root: Path):
    return load_scenario(project_root / "tests" / "cases" / "priors" / "harbour-strike.yaml").scenario


def written(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "crowd.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path):
    path = written(
        tmp_path,
        "2023-03-01,P,Q,0.5,,,",
        "2023-03-01,P,Q,0.6,,,",
        "soon,P,Q,0.5,,,",
        "2023-03-02,,Q,50%,,,",
        "2023-03-03,P,Q,1.2,,,",
        "2023-03-03,P,Q,nan,,,",
    )
    with pytest.raises(InputError) as found:
        read_crowd(path)
    told = [(problem.line, problem.key) for problem in found.value.problems]
    assert told == [
        (3, "date"),
        (4, "date"),
        (5, "platform"),
        (5, "probability"),
        (6, "probability"),
        (7, "probability"),
    ]
    with pytest.raises(InputError, match="missing"):
        read_crowd(tmp_path / "absent.csv")


def test_a_question_in_two_steps_needs_both_answers_of_a_day():
    crowd = Crowd({("P", "A"): {FIRST: 0.56, SECOND: 0.6}, ("P", "B"): {FIRST: 0.69}, ("P", "C"): {}})
    assert crowd.of(Question("P", "A or else B", "never: x", BY, 30, 0)) == {FIRST: pytest.approx(1 - 0.44 * 0.31)}
    assert crowd.of(Question("P", "A", "never: x", BY, 0, 0)) == {FIRST: 0.56, SECOND: 0.6}
    assert crowd.of(Question("Q", "A", "never: x", BY, 0, 0)) == {}
    assert crowd.unmapped([Question("P", "A or else B", "never: x", BY, 30, 0)]) == 1


def test_the_days_of_the_shipped_case(shipped):
    scenario, evidence, crowd = shipped
    days = crowd.days(scenario, evidence.questions, BY)
    assert (len(days), days[0], days[-1]) == (9, dt.date(2024, 11, 11), dt.date(2025, 12, 9))
    assert {FIRST, SECOND} < set(days)
    assert max(crowd.days(scenario, evidence.questions, dt.date(2025, 4, 1))) == FIRST
    assert crowd.unmapped(evidence.questions) == 0


def said(evidence, as_of: dt.date, yes: dict[int, float]):
    """The forecast of a day that gives questions of a minimum duration a probability of entering."""
    predictions = [
        Prediction(question_target(question, SimpleNamespace(as_of=as_of)), np.array([p, 1 - p]))
        for question in evidence.questions
        if question.target == "never: [truce, settlement]"
        for p in [yes[question.min_duration_days]]
    ]
    return SimpleNamespace(forecast=SimpleNamespace(as_of=as_of), predictions=tuple(predictions))


def test_the_race_of_the_shipped_case_by_hand(shipped):
    """Probabilities of the blog's two days; 38 days until the second, 237 to the end of the year."""
    scenario, evidence, crowd = shipped
    origins = [said(evidence, FIRST, {0: 0.33, 30: 0.168}), said(evidence, SECOND, {0: 0.262, 30: 0.128})]
    history = History(scenario, evidence, BY)
    found = crowd_race(scenario, history, evidence.questions, crowd, origins, seed=1)
    assert [question.name for question in found.questions] == [
        "never: [truce, settlement] by 2025-12-31", "never: [truce, settlement] by 2025-12-31, held 30 days",
    ]  # fmt: skip
    begun, held = found.races

    def averaged(first: float, second: float) -> float:
        return (38 * first**2 + 237 * second**2) / 275

    for who, first, second in (
        (MODEL, 0.33, 0.262), ("Glimt (FOI Sweden)", 0.44, 0.40), ("RAND Forecasting Initiative (INFER)", 0.39, 0.28),
        ("Metaculus", 0.74, 0.53),
    ):  # fmt: skip
        assert begun.value(who, BRIER_1) == pytest.approx(averaged(first, second)), who
    shown = {who: round(held.value(who, BRIER_1), 3) for who in found.questions[1].asked.answers}
    assert shown == {
        MODEL: 0.018, "Glimt (FOI Sweden)": 0.016, "RAND Forecasting Initiative (INFER)": 0.017, "Metaculus": 0.149,
    }  # fmt: skip
    assert held.value("Metaculus", LOG) == pytest.approx(0.485, abs=0.0006)
    gain = next(row for row in found.together.comparisons if (row.who, row.beside) == (MODEL, "Metaculus"))
    assert (gain.n, gain.groups, gain.days, gain.low) == (2, 1, 550, None)  # one war: no interval


def test_the_page_of_evaluation_and_the_terminal_have_the_tables(shipped, capsys):
    scenario, evidence, crowd = shipped
    origins = [said(evidence, FIRST, {0: 0.33, 30: 0.168}), said(evidence, SECOND, {0: 0.262, 30: 0.128})]
    found = crowd_race(scenario, History(scenario, evidence, BY), evidence.questions, crowd, origins, seed=1)
    fields = json.loads(json.dumps(crowd_fields(found), default=str))
    header = dict.fromkeys(("scenario_hash", "horizon", "seed", "known_by", "status"))
    sections = crowd_sections(crowd_summary({**header, "crowd": fields}))
    assert "| model | 17% | 0.028 / 0.184 | 13% | 0.016 / 0.137 | 0.018 / 0.143 |" in sections["held"]
    assert "| Metaculus | 54% | 0.292 / 0.777 | 36% | 0.126 / 0.439 | 0.149 / 0.485 |" in sections["held"]
    assert "| Metaculus | 74% | 0.548 / 1.347 | 53% | 0.281 / 0.755 | 0.318 / 0.837 |" in sections["begun"]
    assert (
        "| Metaculus | 2 | 550 | +0.187 | +0.431 | none: one fate |" in sections["gains"]
    )  # by hand: 0.18726, 0.43081
    assert len(sections["others"]) == 2  # the head alone
    print_tables(*crowd_tables(found))
    told = capsys.readouterr().out
    assert "0.149" in told
    assert "Metaculus" in told
    assert "so there is no interval" in "\n".join(crowd_lines(found))
    assert (crowd_tables(None), crowd_lines(None), crowd_fields(None)) == ((), [], None)


def test_a_question_that_came_ends_on_its_day_and_one_in_the_future_is_pending(harbour, project_root):
    evidence = read_evidence(project_root / "tests" / "cases" / "data" / "harbour-strike", harbour)
    question = Question("P", "Q", "ever: cooling_off", dt.date(2023, 4, 30), 0, 0)
    assert History(harbour, evidence, dt.date(2023, 4, 20)).answered(question) is None
    assert History(harbour, evidence, dt.date(2023, 5, 2)).answered(question) == (True, dt.date(2023, 4, 6))
    held = replace(question, min_duration_days=5)
    assert History(harbour, evidence, dt.date(2023, 5, 2)).answered(held)[1] > dt.date(2023, 4, 6)
    never = replace(question, target="never: cooling_off")
    assert History(harbour, evidence, dt.date(2023, 5, 2)).answered(never) == (False, dt.date(2023, 4, 6))
    quiet = History(harbour, Evidence(), dt.date(2023, 5, 2))
    assert quiet.answered(question) == (False, question.by)


def test_a_crowds_answer_without_a_forecast_of_its_day_still_replaces_the_older_one(shipped):
    """The model answers on the first day only, the crowds on both: none of theirs is scored beyond its own time."""
    scenario, evidence, crowd = shipped
    only = [said(evidence, FIRST, {0: 0.33, 30: 0.168})]
    found = crowd_race(scenario, History(scenario, evidence, BY), evidence.questions, crowd, only, seed=1)
    begun = found.races[0]
    assert begun.value("Metaculus", BRIER_1) == pytest.approx((38 * 0.74**2 + 237 * 0.53**2) / 275)
    assert begun.value(MODEL, BRIER_1) == pytest.approx(0.33**2)
    sections = crowd_sections(
        crowd_summary(
            {
                **dict.fromkeys(("scenario_hash", "horizon", "seed", "known_by", "status")),
                "crowd": json.loads(json.dumps(crowd_fields(found), default=str)),
            }
        )
    )
    assert "| model | 33% | 0.109 / 0.400 |  |  | 0.109 / 0.400 |" in sections["begun"]


@pytest.mark.parametrize("name", ["model", "prior", "uniform"])
def test_a_platform_called_as_the_model_or_a_baseline_is_another_forecaster(shipped, name):
    scenario, evidence, crowd = shipped

    def renamed(platform: str) -> str:
        return name if platform == "Metaculus" else platform

    questions = tuple(replace(question, platform=renamed(question.platform)) for question in evidence.questions)
    evidence = replace(evidence, questions=questions)
    crowd = Crowd({(renamed(platform), text): days for (platform, text), days in crowd.said.items()})
    origins = [said(evidence, FIRST, {0: 0.33, 30: 0.168}), said(evidence, SECOND, {0: 0.262, 30: 0.128})]
    begun = crowd_race(scenario, History(scenario, evidence, BY), questions, crowd, origins, seed=1).races[0]
    assert begun.value(MODEL, BRIER_1) == pytest.approx((38 * 0.33**2 + 237 * 0.262**2) / 275)
    assert begun.value(f"{name} (recorded)", BRIER_1) == pytest.approx((38 * 0.74**2 + 237 * 0.53**2) / 275)


def test_days_without_a_forecast_have_the_answers_of_crowds_alone(shipped):
    scenario, evidence, crowd = shipped
    history = History(scenario, evidence, BY)
    found = crowd_race(
        scenario, history, evidence.questions, crowd, [said(evidence, SECOND, {0: 0.2, 30: 0.1})], seed=1
    )
    for question in found.questions:
        assert {who: len(answers) for who, answers in question.asked.answers.items() if who != "Metaculus"} == {
            MODEL: 1, "Glimt (FOI Sweden)": 2, "RAND Forecasting Initiative (INFER)": 2,
        }  # fmt: skip
    pending = crowd_race(
        scenario, History(scenario, evidence, SECOND), evidence.questions, crowd,
        [said(evidence, SECOND, {0: 0.2, 30: 0.1})], seed=1,
    )  # fmt: skip
    assert (pending.together, pending.races) == (None, (None, None))

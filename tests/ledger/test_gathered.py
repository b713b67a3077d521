"""What the ledger's entries make of a race: what counts, what does not and why, corrections, void and pending."""

from __future__ import annotations

import datetime as dt

import pytest

from forecast.ledger.entry import (
    ForecastEntry,
    JudgedOutcome,
    JudgementEntry,
    PublishEntry,
    RecordedOutcome,
    ResolutionEntry,
)
from forecast.ledger.gathered import Left, gather

HORIZON = dt.date(2023, 5, 31)


class Book:
    """Entries, one after the other."""

    def __init__(self) -> None:
        self.entries: list = []

    def _add(self, kind, *, created="2023-03-01T00:00:00Z", scenario="s", **fields):
        n = len(self.entries) + 1
        entry = kind(number=n, created=created, scenario=scenario, previous_hash="", entry_hash=f"{n:064d}", **fields)
        self.entries.append(entry)
        return entry

    def forecast(self, day: int, *, publish=True, status="PASS", created="2023-03-01T00:00:00Z", **p: float):
        outcomes = tuple(RecordedOutcome(name, "", q, 0.0, q, q, 1 / len(p), 0.0) for name, q in p.items())
        made = self._add(
            ForecastEntry, stage="draft", title="", scenario_hash="", evidence_hash="", code_version="", seed=1,
            as_of=dt.date(2023, 3, day), horizon=HORIZON, method="nuts", status=status, outcomes=outcomes,
            diagnostics={}, draws_hash="", view_hash="",
        )  # fmt: skip
        if publish:
            self._add(PublishEntry, forecast=made.id, created=created)

    def judge(self, by: str, day: int, complete=True, scenario="s", **p: float):
        outcomes = tuple(JudgedOutcome(name, q) for name, q in p.items())
        self._add(JudgementEntry, by=by, date=dt.date(2023, 3, day), horizon=HORIZON, outcomes=outcomes,
                  complete=complete, note="", source="", scenario_hash="", scenario=scenario)  # fmt: skip

    def resolve(self, outcome: str | None, date=HORIZON, note=""):
        self._add(ResolutionEntry, outcome=outcome, date=date, horizon=HORIZON, note=note, source="", scenario_hash="")


@pytest.fixture
def book() -> Book:
    return Book()


def test_an_empty_ledger_has_nothing():
    assert gather([]) == gather([])
    assert gather([]).left == Left()


def test_model_prior_and_people_answer_the_same_question(book):
    book.forecast(2, a=0.6, b=0.4)
    book.judge("J", 5, b=0.7, a=0.3)  # whatever the order
    book.resolve("b")
    found = gather(book.entries)
    (asked,) = found.outcomes
    assert (asked.options, asked.came, asked.group, asked.closes) == (("b", "a"), 0, "s", HORIZON)
    assert {who: answers[0].probabilities for who, answers in asked.answers.items()} == {
        "model": (0.4, 0.6), "prior": (0.5, 0.5), "J": (0.7, 0.3),
    }  # fmt: skip
    assert (asked.opened, asked.ended) == (dt.date(2023, 3, 2), HORIZON)
    assert found.left == Left()


def test_drafts_and_what_came_after_the_answer_do_not_count(book):
    book.forecast(2, a=0.6, b=0.4)
    book.forecast(4, publish=False, a=0.9, b=0.1)
    book.judge("early", 20, a=0.5, b=0.5)
    book.resolve("a", dt.date(2023, 3, 15))
    book.judge("wise", 3, a=1.0, b=0.0)
    book.resolve("a", dt.date(2023, 3, 15))
    found = gather(book.entries)
    assert set(found.outcomes[0].answers) == {"model", "prior"}
    assert found.left == Left(drafts=1, late=2)  # one after the first resolution, one for a day after the answer


def test_the_latest_resolution_stands(book):
    book.forecast(2, a=0.6, b=0.4)
    for outcome, came in (("a", 0), ("b", 1), ("a", 0)):
        book.resolve(outcome)
        assert gather(book.entries).outcomes[0].came == came
    book.resolve(None, note="badly put")
    found = gather(book.entries)
    assert found.outcomes == ()
    assert [(one.scenario, one.who, one.n, one.note) for one in found.void] == [("s", ("model",), 1, "badly put")]


def test_without_a_resolution_a_question_is_pending(book):
    book.judge("J", 5, a=0.3, b=0.7)
    book.judge("J", 5, scenario="other", a=0.3, b=0.7)
    book.resolve("a")
    found = gather(book.entries)
    assert [(one.scenario, one.n) for one in found.pending] == [("other", 1)]
    assert len(found.outcomes) == 1


def test_a_single_outcome_is_a_yes_no_question_to_all(book):
    book.forecast(2, a=0.6, b=0.3, c=0.1)
    book.judge("crowd", 4, complete=False, b=0.2)
    book.judge("crowd", 4, complete=False, c=0.1)  # another question of the same day: both stand
    book.resolve("b")
    found = gather(book.entries)
    assert set(found.outcomes[0].answers) == {"model", "prior"}
    b, c = found.yes_no
    assert (b.name, b.came, c.came) == ("s by 2023-05-31: b", 1, 0)
    assert b.answers["crowd"][0].probabilities == (0.8, 0.2)
    assert b.answers["model"][0].probabilities == (0.7, 0.3)
    assert found.left == Left()


def test_the_last_of_a_day_stands_and_other_outcomes_are_counted(book):
    book.forecast(2, old=0.5, b=0.5)
    book.forecast(3, a=0.5, b=0.5)
    book.forecast(3, a=0.2, b=0.8)
    book.resolve("b")
    found = gather(book.entries)
    assert [answer.probabilities for answer in found.outcomes[0].answers["model"]] == [(0.2, 0.8)]
    assert found.left == Left(other_outcomes=1, superseded=1)


def test_nobody_who_knew_the_outcome_is_no_question(book):
    book.forecast(2, old=0.5, b=0.5)
    book.resolve("new")
    found = gather(book.entries)
    assert (found.outcomes, found.yes_no, found.left) == ((), (), Left(other_outcomes=1))


def test_hindsight_and_failed_forecasts_are_scored_and_counted(book):
    book.forecast(2, a=0.6, b=0.4, status="FAIL", created="2024-01-01T00:00:00Z")
    book.resolve("a")
    found = gather(book.entries)
    assert len(found.outcomes) == 1
    assert found.left == Left(hindsight=1, failed=1)


def test_a_person_called_model_is_not_the_model(book):
    book.forecast(2, a=0.6, b=0.4)
    book.judge("model", 3, a=0.1, b=0.9)
    book.resolve("a")
    assert set(gather(book.entries).outcomes[0].answers) == {"model", "prior", "model (recorded)"}

"""The ledger's entries as questions of a race: who said what when, how it ended, and what cannot be scored and why.

A question is a scenario by a horizon. Whoever gives all outcomes answers which of them it will be; whoever gives some
answers, for each, whether it will be that one, and there everybody else is asked the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from forecast.evaluation.race.asked import Answer, Asked
from forecast.evaluation.race.losses import MODEL, PRIOR, name_of
from forecast.ledger.entry import Entry, ForecastEntry, JudgementEntry, ResolutionEntry
from forecast.ledger.standing import Standing, standing
from forecast.timegrid import iso_date

__all__ = ["Gathered", "Left", "Unscored", "gather"]


@dataclass(frozen=True)
class Unscored:
    """A question that has been answered and has no score.

    Attributes
    ----------
    who : tuple of str
        Who answered.
    n : int
        Public forecasts and judgements.
    note : str
        Why it is void, as the resolution says.
    """

    scenario: str
    horizon: date
    who: tuple[str, ...]
    n: int
    note: str = ""


@dataclass(frozen=True)
class Left:
    """How many entries do not count, or count and must be told.

    Attributes
    ----------
    drafts : int
        Forecasts that were never published.
    late : int
        Made public after the first resolution had been recorded, or given for the day of the answer or a later one.
    superseded : int
        All outcomes given again by the same forecaster for the same day.
    other_outcomes : int
        Of a scenario whose outcomes were other ones than those of the last forecast.
    hindsight : int
        Scored, but made public after the day on which the question was settled.
    failed : int
        Scored, but of the model with diagnostics that had failed.
    """

    drafts: int = 0
    late: int = 0
    superseded: int = 0
    other_outcomes: int = 0
    hindsight: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Gathered:
    """All that the ledger has for a race.

    Attributes
    ----------
    outcomes, yes_no : tuple of Asked
        Which outcome it is, and whether it is a certain one.
    void, pending : tuple of Unscored
    """

    outcomes: tuple[Asked, ...]
    yes_no: tuple[Asked, ...]
    void: tuple[Unscored, ...]
    pending: tuple[Unscored, ...]
    left: Left


@dataclass(frozen=True)
class _Said:
    """A public forecast or judgement; ``number`` and ``public`` are of the entry that made it public."""

    who: str
    day: date
    probabilities: Mapping[str, float]
    complete: bool
    number: int
    public: date
    failed: bool = False
    prior: Mapping[str, float] | None = None


def gather(entries: Sequence[Entry]) -> Gathered:
    """Go through entries, oldest first; of several resolutions of a question the latest stands."""
    known = standing(entries)
    resolved_first: dict[tuple[str, date], int] = {}
    said: dict[tuple[str, date], list[_Said]] = {}
    count = Counter[str]()
    for entry in entries:
        match entry:
            case ResolutionEntry():
                resolved_first.setdefault((entry.scenario, entry.horizon), entry.number)
            case ForecastEntry() if entry.id not in known.publications:
                count["drafts"] += 1
            case ForecastEntry() | JudgementEntry():
                said.setdefault((entry.scenario, entry.horizon), []).append(_said(entry, known))
    outcomes, yes_no, void, pending = [], [], [], []
    for key, here in sorted(said.items()):
        resolution = known.resolutions.get(key)
        who = tuple(dict.fromkeys(one.who for one in here))
        if resolution is None:
            pending.append(Unscored(*key, who, len(here)))
        elif resolution.outcome is None:
            void.append(Unscored(*key, who, len(here), resolution.note))
        else:
            counting = _counting(here, resolution, resolution.outcome, resolved_first[key], count)
            outcomes += _which(counting, resolution, resolution.outcome)
            yes_no += _whether(counting, resolution, resolution.outcome)
    return Gathered(tuple(outcomes), tuple(yes_no), tuple(void), tuple(pending), Left(**count))


def _said(entry: ForecastEntry | JudgementEntry, known: Standing) -> _Said:
    probabilities = {outcome.name: outcome.probability for outcome in entry.outcomes}
    if isinstance(entry, JudgementEntry):
        return _Said(
            name_of(entry.by), entry.date, probabilities, entry.complete, entry.number, iso_date(entry.created[:10])
        )
    publication = known.publications[entry.id]
    return _Said(
        MODEL,
        entry.as_of,
        probabilities,
        True,
        publication.number,
        iso_date(publication.created[:10]),
        failed=entry.status == "FAIL",
        prior={outcome.name: outcome.prior for outcome in entry.outcomes},
    )


def _counting(
    said: Sequence[_Said], resolution: ResolutionEntry, came: str, resolved_first: int, count: Counter[str]
) -> list[_Said]:
    """Keep what counts, in the order in which it became public, and count the rest."""
    ended = min(resolution.date, resolution.horizon)
    timely = sorted(
        (one for one in said if one.number < resolved_first and one.day < ended), key=lambda one: one.number
    )
    options = next(
        (set(one.probabilities) for one in reversed(timely) if one.complete and came in one.probabilities), None
    )
    alike = [
        one
        for one in timely
        if options is None or (set(one.probabilities) == options if one.complete else set(one.probabilities) <= options)
    ]
    if options is None:  # nobody gave all outcomes with the one that came among them
        alike = [one for one in alike if not one.complete]
    last = {(one.who, one.day): one for one in alike if one.complete}
    kept = [one for one in alike if not one.complete or last[one.who, one.day] is one]
    count["late"] += len(said) - len(timely)
    count["other_outcomes"] += len(timely) - len(alike)
    count["superseded"] += len(alike) - len(kept)
    count["hindsight"] += sum(one.public > ended for one in kept)
    count["failed"] += sum(one.failed for one in kept)
    return kept


def _which(said: Sequence[_Said], resolution: ResolutionEntry, came: str) -> list[Asked]:
    """Which outcome it is, among those of the last forecast in its order."""
    whole = [one for one in said if one.complete]
    if not whole:
        return []
    options = tuple(whole[-1].probabilities)
    answers = _answers(whole, lambda p: tuple(p[option] for option in options))
    return [_asked(resolution, "", options, options.index(came), answers)]


def _whether(said: Sequence[_Said], resolution: ResolutionEntry, came: str) -> list[Asked]:
    """Whether it is a certain outcome, of each that somebody gave without all others."""
    made = []
    for name in dict.fromkeys(name for one in said if not one.complete for name in one.probabilities):
        answering = [one for one in said if name in one.probabilities]
        answers = _answers(answering, partial(_no_yes, name))
        made.append(_asked(resolution, f": {name}", ("no", "yes"), int(name == came), answers))
    return made


def _no_yes(name: str, probabilities: Mapping[str, float]) -> tuple[float, ...]:
    return 1 - probabilities[name], probabilities[name]


def _asked(
    resolution: ResolutionEntry,
    which: str,
    options: tuple[str, ...],
    came: int,
    answers: Mapping[str, Sequence[Answer]],
) -> Asked:
    return Asked(
        f"{resolution.scenario} by {resolution.horizon}{which}",
        resolution.scenario,
        options,
        resolution.horizon,
        resolution.date,
        came,
        answers,
    )


def _answers(
    said: Iterable[_Said], of: Callable[[Mapping[str, float]], tuple[float, ...]]
) -> dict[str, tuple[Answer, ...]]:
    """Everybody's answers by day, the last one of a day, and beside those of the model its prior's."""
    made: dict[str, dict[date, Answer]] = {}
    for one in said:
        made.setdefault(one.who, {})[one.day] = Answer(one.day, of(one.probabilities))
        if one.prior is not None:
            made.setdefault(PRIOR, {})[one.day] = Answer(one.day, of(one.prior))
    return {who: tuple(answers[day] for day in sorted(answers)) for who, answers in made.items()}

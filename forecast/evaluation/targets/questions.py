"""Questions of forecasting platforms that the model can answer: whether a state is ever entered by a date.

A question that asks for a state held d days is answered by the chance that a spell of it reaches day d by then, with
the hazards of spells beginning and breaking that the draws hold for the scenario's own ``min_duration``; up to that,
spells break at one rate. A state without ``min_duration`` is entered at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from forecast.evaluation.targets.asked import Prediction, Target
from forecast.evidence.records import Question
from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Selection
from forecast.model.draws import Draws
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import PATHS_PER_DRAW, project
from forecast.scenario.types import Condition, Outcome, Scenario
from forecast.timegrid import shift

__all__ = ["asked_states", "asking", "question_name", "question_predictions", "question_target"]

_FORM = re.compile(r"(ever|never): *(?:\[([^\]]*)\]|(\w+))")


def question_name(question: Question) -> str:
    """What tells a question from others: platform and text."""
    return f"{question.platform}: {question.question}"


def question_target(question: Question, snapshot: Snapshot) -> Target:
    """Return the target that a question is at an origin."""
    return Target("question", question_name(question), 0, shift(snapshot.as_of, 1), question.by)


def asked_states(scenario: Scenario, question: Question) -> tuple[frozenset[str], bool] | None:
    """States that a question asks about, and whether it asks if any is entered; ``None`` where the model has no answer.

    The model answers ``ever: [STATES]`` and ``never: [STATES]`` for a number of days up to each state's own
    ``min_duration``.
    """
    form = _FORM.fullmatch(question.target.strip())
    if form is None:
        return None
    states = frozenset(name.strip() for name in (form[2] or form[3]).split(","))
    if not states <= set(scenario.states):
        return None
    held = min((scenario.states[name].held_after for name in states if scenario.states[name].held_after), default=0)
    return (states, form[1] == "ever") if question.min_duration_days <= held else None


def question_predictions(
    scenario: Scenario,
    snapshot: Snapshot,
    questions: Sequence[Question],
    draws: Draws,
    selection: Selection,
    *,
    seed: int,
) -> tuple[Prediction, ...]:
    """Answer the questions whose date lies ahead and of whose states none has been entered, no and yes.

    Parameters
    ----------
    draws, selection : Draws, Selection
        Those of the forecast; the futures too are its own, as far as they reach.
    """
    made, chances = [], {}
    for question in questions:
        asked = asked_states(scenario, question)
        if asked is None or question.by <= snapshot.as_of or snapshot.spell or asked[0] & snapshot.visited:
            continue
        states, ever = asked
        key = states, question.min_duration_days, question.by
        if key not in chances:
            chances[key] = _entered(asking(scenario, states, question), snapshot, draws, selection, question, seed)
        yes = chances[key] if ever else 1 - chances[key]
        made.append(Prediction(question_target(question, snapshot), np.array([1 - yes, yes])))
    return tuple(made)


def asking(scenario: Scenario, states: frozenset[str], question: Question) -> Scenario:
    """Return the scenario with two outcomes, whether a state is entered, and spells held for as long as is asked."""
    held = {
        name: state.model_copy(update={"min_duration": float(question.min_duration_days)})
        if state.held_after and name in states
        else state
        for name, state in scenario.states.items()
    }
    yes = Outcome(name="entered", when=Condition(ever=tuple(sorted(states))))
    return scenario.model_copy(update={"states": held, "outcomes": (yes, Outcome(name="other", otherwise=True))})


def _entered(
    asking: Scenario, snapshot: Snapshot, draws: Draws, selection: Selection, question: Question, seed: int
) -> float:
    projection = project(
        asking,
        build_state_space(asking, snapshot.state, snapshot.visited),
        draws,
        draws.level[:, -1],
        begin=shift(snapshot.as_of, 1),
        step=snapshot.n_steps - 1,
        horizon=question.by,
        rng=np.random.default_rng([seed, 1]),
        paths=PATHS_PER_DRAW,
        weight=selection.weight,
        state_age=snapshot.state_age,
    )
    return float(np.clip(selection.mean(projection.outcome[:, -1, 0]), 0, 1))

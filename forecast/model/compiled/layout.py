"""How a scenario and its evidence reach the kernels: one buffer of 8-byte words, and names for what stands in it.

A kernel that a sampler calls gets one pointer. The buffer begins with its own length and a directory of first word and
length of every field; integers and the bits of floating-point numbers follow.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, auto

import numpy as np

from forecast.model.compiled.kernel import kernel

__all__ = ["Field", "Group", "integer", "integers", "pack", "reals", "table"]


class _Counted(IntEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[int]) -> int:
        return count


class Group(_Counted):
    """The kinds of elicited quantities, in the order of :func:`forecast.model.draws.elicited_priors`."""

    LONG_RUN = auto()
    HALF_LIFE = auto()
    INFLUENCE = auto()
    DRIVER_SEASON = auto()
    RATE = auto()
    RATE_SEASON = auto()
    DISPERSION = auto()
    LOADING = auto()
    SIGNAL = auto()
    SIGNAL_NOISE = auto()
    SIGNAL_LEVEL = auto()
    SERIES_LEVEL = auto()
    SERIES_SLOPE = auto()
    SERIES_NOISE = auto()
    NET = auto()
    RATIO = auto()
    BREAKS = auto()
    AGEING = auto()


class Field(_Counted):
    """What stands in the buffer; shapes in the symbols of the model, rows of a table one after the other.

    T steps, K drivers, E event types, Q transitions, S states. ``_FIRST`` fields hold, for each type, group or
    transition, where its entries begin, and at the end where the last one's end.
    """

    # sizes
    N_STEPS = auto()
    N_DRIVERS = auto()
    N_EVENTS = auto()
    N_GROUPS = auto()
    # unknowns and their priors
    CONSTANT = auto()  # what the log density has besides terms in the unknowns
    GROUP_FIRST = auto()
    PRIOR_LOC = auto()
    PRIOR_SCALE = auto()
    PRIOR_SIGN = auto()
    HAZARD_LOC = auto()
    HAZARD_SCALE = auto()
    HAZARD_SHAPE = auto()
    HAZARD_RATE = auto()
    PARTIAL_SHAPE = auto()
    LEARN_GRADES = auto()
    # the sampler's coordinates
    CENTRE = auto()
    BASIS = auto()  # (directions, n - T K), orthonormal
    SHRINK = auto()  # (directions,), how far a direction is squeezed, less 1
    PULL = auto()  # (pulls, T), how far an unknown pulls the innovations of a driver
    PULL_DRIVER = auto()
    PULL_BY = auto()  # which of the unknowns after the innovations
    PATH_SCALE = auto()  # (T, K), of the innovations
    PATH_GAIN = auto()  # (T, K), how far an innovation answers the level expected from the step before
    PATH_AIM = auto()  # (T, K), that level at the centre
    # drivers
    START_LOC = auto()
    START_SCALE = auto()
    INFLUENCE_TO = auto()
    INFLUENCE_FROM = auto()
    CYCLIC = auto()
    DRIVER_SEASON_DRIVER = auto()
    DRIVER_WAVE = auto()  # (T, seasonal drivers)
    # grades
    GRADE_WEIGHT = auto()  # (6, 6), fixed
    LETTER_EFFECT = auto()
    DIGIT_EFFECT = auto()
    # rates of reports
    RATE_TYPE = auto()
    RATE_SEASON_TYPE = auto()
    RATE_WAVE = auto()  # (T, seasonal types)
    LOADING_FIRST = auto()  # (E + 1,)
    MOVED_STEP = auto()  # steps and types with evidence, of types that drivers move
    MOVED_TYPE = auto()
    LOADING_DRIVER = auto()
    MIX_TYPE = auto()
    LETTER_SHAPE = auto()  # (mixed, 6), of the Dirichlet distribution given the grades seen
    DIGIT_SHAPE = auto()
    COMPLETE = auto()  # types whose silence is evidence
    EXPOSURE = auto()  # (T, E)
    DISPERSION_OF = auto()  # (E,), -1 for Poisson
    DISPERSED_COUNT = auto()  # (T, dispersed types)
    DISPERSED_SHARE = auto()
    # marks, those that cannot be told apart counted together
    MARK_TYPE = auto()
    MARK_STEP = auto()
    MARK_COUNT = auto()
    MARK_SPURIOUS = auto()
    ORIGIN_FIRST = auto()
    ORIGIN_GRADE = auto()  # 6 times letter plus digit
    GROUP_OF = auto()  # (E,), -1 for complete types
    CODED_FIRST = auto()  # by mark
    CODED_STEP = auto()
    CODED_SIGNAL = auto()
    CODED_VALUE = auto()
    SIGNAL_DRIVER = auto()
    SIGNAL_PUSH = auto()
    SIGNAL_LEVEL_OF = auto()
    # series and judgements
    SERIES_INDEX = auto()
    SERIES_DRIVER = auto()
    SERIES_BEGIN = auto()
    SERIES_END = auto()
    SERIES_WEIGHTS = auto()  # (values, 3)
    SERIES_OBSERVED = auto()
    STEP_LENGTH = auto()
    JUDGEMENT_STEP = auto()
    JUDGEMENT_DRIVER = auto()
    JUDGEMENT_MEAN = auto()
    JUDGEMENT_SD = auto()
    # states
    NET_EDGE = auto()
    BASE_EDGE = auto()
    RATIO_FIRST = auto()
    RATIO_DRIVER = auto()
    COVARIANCE = auto()  # (K, K)
    BREAKS_OF = auto()  # (Q,) entry of the state that a transition leads to, -1 where it counts at once
    BREAKS_YEARS = auto()  # (held states,) days after which a spell counts, in years
    SPELL_BREAKS = auto()
    SPELL_YEARS = auto()
    AGEING_OF = auto()  # (Q,), -1 without ageing
    AT_RISK = auto()  # (T, Q)
    TRANSITION_STEP = auto()
    TRANSITION_EDGE = auto()
    TRANSITION_LOG_AGE = auto()
    AGED_STEP = auto()
    AGED_EDGE = auto()
    AGED_LOG_AGE = auto()


def pack(fields: Mapping[Field, np.ndarray | float]) -> np.ndarray:
    """Put all fields into one buffer.

    Parameters
    ----------
    fields : mapping
        Every :class:`Field`; integers and truth values as int64, all else as float64.

    Returns
    -------
    ndarray of int64, shape (words,)
        Its first word is its length.
    """
    arrays = [_words(np.asarray(fields[field])) for field in Field]
    lengths = np.array([len(words) for words in arrays])
    head = 1 + 2 * len(Field)
    firsts = head + np.concatenate([[0], np.cumsum(lengths)[:-1]])
    directory = np.stack([firsts, lengths], axis=1).ravel()
    return np.concatenate([[head + lengths.sum()], directory, *arrays]).astype(np.int64)


def _words(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind in "bi":
        return values.ravel().astype(np.int64)
    return np.ascontiguousarray(values, dtype=np.float64).ravel().view(np.int64)


@kernel
def integers(words, field):
    """A field of integers."""
    first = words[1 + 2 * field]
    return words[first : first + words[2 + 2 * field]]


@kernel
def integer(words, field):
    """A field of one integer."""
    return words[words[1 + 2 * field]]


@kernel
def reals(words, field):
    """A field of real numbers."""
    return integers(words, field).view(np.float64)


@kernel
def table(words, field, columns):
    """A field of real numbers in rows."""
    values = reals(words, field)
    return values.reshape((len(values) // max(columns, 1), columns))

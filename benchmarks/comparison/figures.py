"""What is measured of one road on one case, in processes of their own."""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from comparison.processes import Ended, RoadError, run_process
from roads.cases import Case, load
from roads.road import STATS
from update import ROOT

from forecast.inference.diagnostics import diagnose
from forecast.inference.posterior import Posterior
from forecast.inference.settings import STANDARD_SAMPLING, Sampling
from forecast.model.draws import Draws

BENCHMARKS = ROOT / "benchmarks"
PYTHON = ROOT / ".venv" / "bench" / "bin" / "python"
ROADS = {
    "this": ("this project", "this_project"),
    "pymc": ("PyMC's own NUTS", "pymc_nuts"),
    "nutpie": ("nutpie on PyMC", "nutpie_plain"),
    "numpyro": ("NumPyro on PyMC", "numpyro_nuts"),
    "stan": ("Stan", "stan_nuts"),
}
ONE_DRAW = Sampling(draws=1, tune=1, chains=1)
SAME = 1e-6  # how far differences from the NumPy twin's log density may range
SEED = 1
SMALL_SAMPLING = Sampling(draws=300, tune=300, chains=2)


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    repeats : int
        Of each timed process; medians are printed.
    factors : tuple of float
        By which each size is varied around the middle.
    limit : float
        Seconds after which a process is stopped.
    empty : bool
        Whether caches are the benchmark's own and empty at first; else the user's are used.
    """

    counts: Sampling = STANDARD_SAMPLING
    small: Sampling = SMALL_SAMPLING
    repeats: int = 3
    factors: tuple[float, ...] = (1 / 4, 1 / 2, 1, 2, 4)
    limit: float = 3600.0
    empty: bool = True


@dataclass(frozen=True)
class Figures:
    """What was measured of one road on one case; NaN for what was not.

    Attributes
    ----------
    first_empty, first_warm : float
        Seconds of a whole process asked for one tuning and one kept draw.
    whole, sampling : float
        Seconds of a whole process that samples, and of the sampler in it.
    ess : float
        Least bulk effective sample size over what enters an outcome.
    leapfrogs : float
        Gradients per kept draw, mean.
    gradient : float
        Seconds of one log density with its gradient.
    """

    first_empty: float = math.nan
    first_warm: float = math.nan
    whole: float = math.nan
    sampling: float = math.nan
    ess: float = math.nan
    rhat: float = math.nan
    divergences: float = math.nan
    leapfrogs: float = math.nan
    gradient: float = math.nan
    megabytes: float = math.nan


@dataclass
class Run:
    """One run of the benchmark: where it keeps files and caches, and seeds no two processes share."""

    plan: Plan
    folder: Path
    versions: dict[str, str] = field(default_factory=dict)
    seed: int = SEED

    def next_seed(self) -> int:
        """Give a fresh seed, so that repeats are independent."""
        self.seed += 1
        return self.seed

    def home(self, name: str) -> Path | None:
        """Folder that stands for the user's own while a road runs, so that its caches are empty at first."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return home if self.plan.empty else None


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Make the command that runs a module of the benchmarks anywhere: PyStan leaves files where it is run."""
    return ("env", f"PYTHONPATH={BENCHMARKS}{os.pathsep}{ROOT}", str(PYTHON), "-m", name, *arguments)


def ask(run: Run, road: str, case: str, *arguments: str) -> tuple[Ended, dict]:
    """Run a road; its answer is the last line that it prints, after what libraries print."""
    if not PYTHON.exists():
        raise RoadError("its environment is not there: use `make bench`")
    ended = run_process(
        module(f"roads.{ROADS[road][1]}", case, *arguments), run.folder, home=run.home(road), limit=run.plan.limit
    )
    answer = json.loads(ended.answer.strip().rpartition("\n")[2])
    run.versions.update(answer["versions"])
    return ended, answer


def first_draw(run: Run, road: str, case: str) -> float:
    """Seconds of a whole process that makes one draw."""
    return sample(run, road, case, ONE_DRAW)[0].seconds


def sample(run: Run, road: str, case: str, counts: Sampling) -> tuple[Ended, dict, Path]:
    """Let a road sample; the last of what is returned is the file of its draws."""
    draws = run.folder / f"{road}.npz"
    how_much = [str(number) for number in (counts.draws, counts.tune, counts.chains)]
    ended, answer = ask(
        run, road, case, "--draws", str(draws), "--counts", *how_much, "--seed", str(run.next_seed())
    )  # fmt: skip
    return ended, answer, draws


def gradient_of(run: Run, road: str, case: str) -> float:
    """Seconds of a gradient, after the road's density was found equal to that of the NumPy twin, up to a constant."""
    _, answer = ask(run, road, case)
    difference = np.ptp(answer["differences"])
    if not difference < SAME:
        sys.exit(f"{ROADS[road][0]} has another density on {case}: differences range over {difference:g}")
    return float(answer["gradient_seconds"])


def judge_draws(case: Case, counts: Sampling, path: Path) -> dict[str, float]:
    """Effective sample size, R-hat, divergences and leapfrog steps of the draws in a file."""
    with np.load(path) as file:
        arrays = dict(file)
    stats = {name: arrays.pop(f"stat {name}") for name in STATS}
    posterior = Posterior(arrays, counts.chains, stats, {})
    found = diagnose(posterior, Draws.of(case.spec, arrays))
    return {
        "ess": found.min_ess_bulk,
        "rhat": found.max_rhat,
        "divergences": float(found.divergences),
        "leapfrogs": float(stats["n_steps"].mean()),
    }


def measure(run: Run, road: str, name: str, *, counts: Sampling, repeats: int, first: bool) -> Figures:
    """Measure one road on one case; ``first`` asks for the time to the first draw as well."""
    case, empty, warm = load(name), math.nan, math.nan
    if first and run.plan.empty:
        empty = first_draw(run, road, name)
    gradient = gradient_of(run, road, name)
    if first:
        first_draw(run, road, name)  # fills what the others left empty
        warm = statistics.median(first_draw(run, road, name) for _ in range(repeats))
    rows = []
    for _ in range(repeats):
        ended, answer, draws = sample(run, road, name, counts)
        judged = judge_draws(case, counts, draws)
        rows.append(
            Figures(
                whole=ended.seconds, sampling=answer["sampling_seconds"], megabytes=ended.megabytes,
                gradient=gradient, first_empty=empty, first_warm=warm, **judged,
            )
        )  # fmt: skip
    return replace(rows[0], **{key: statistics.median(getattr(row, key) for row in rows) for key in vars(rows[0])})


def measured_or_why(run: Run, road: str, name: str, **how: object) -> Figures | str:
    """Measure, or say why it could not be done."""
    print(f"{ROADS[road][0]}: {name}", file=sys.stderr, flush=True)
    try:
        return measure(run, road, name, **how)  # type: ignore[arg-type]
    except RoadError as error:
        return str(error)


def bare_seconds(run: Run, names: Sequence[str]) -> dict[str, float]:
    """Lower bound of a gradient's seconds for each case."""
    ended = run_process(module("roads.arithmetic", *names), run.folder, home=run.home("this"), limit=run.plan.limit)
    return {name: found["seconds"] for name, found in json.loads(ended.answer)["cases"].items()}

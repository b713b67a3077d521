"""How long a large case takes to fit, and how far its draws can be trusted: ten years of days, 20 drivers, 60 types.

Evidence is simulated from one draw of the prior, so that the model is true of it. Each case is fitted in a process of
its own. Prints a table and writes it into benchmarks/README.md; takes some twenty minutes. `--smaller` leaves out the
largest case and only prints.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from shared.measuring import bar, circumstances, run_once, write_section
from shared.synthetic import simulated_evidence, synthetic_scenario

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec

BARS = {"seconds": 1200, "megabytes": 4000, "rhat": 1.05}
LEAST_ESS = 100
COUNTS = Sampling(draws=700, tune=250, chains=2)
STATES = 8


@dataclass(frozen=True)
class Size:
    """Daily steps, drivers, event types, and reports of the half of them that is selected."""

    steps: int
    drivers: int
    types: int
    selected: int


SIZES = (Size(365, 10, 30, 600), Size(1000, 10, 30, 2000), Size(3650, 20, 60, 10_000))


def fit_once(size: Size) -> None:
    """Simulate, fit, diagnose; print what was found."""
    scenario = synthetic_scenario(drivers=size.drivers, types=size.types, states=STATES, days=size.steps + 182)
    until = scenario.start + timedelta(days=size.steps - 1)
    evidence = simulated_evidence(scenario, size.selected, until=until, seed=5)
    posterior = fit(scenario, take_snapshot(scenario, evidence, until), seed=1, sampling=COUNTS)
    found = diagnose(posterior, Draws.of(compile_spec(scenario), posterior.unknowns))
    answer = {
        "reports": len(evidence.reports),
        "unknowns": sum(int(np.prod(values.shape[1:])) for values in posterior.unknowns.values()),
        "prepare": posterior.seconds["compile"],
        "sample": posterior.seconds["sample"],
        "rhat": found.max_rhat,
        "ess": found.min_ess_bulk,
        "tail": found.min_ess_tail,
        "divergences": found.divergences,
        "leapfrogs": float(posterior.stats["n_steps"].mean()),
    }
    print(json.dumps(answer))


def row(size: Size) -> str:
    """Measure one case, as a row of the table."""
    sizes = [str(number) for number in asdict(size).values()]
    wall, processor, megabytes, printed = run_once((sys.executable, __file__, *sizes), Path.cwd())
    found = json.loads(printed)
    ess = f"{found['ess']:.0f} (bar: {LEAST_ESS}, {'met' if found['ess'] > LEAST_ESS else '**not met**'})"
    cells = [
        f"{size.steps:,} x {size.drivers} x {size.types}", f"{found['reports']:,}", f"{found['unknowns']:,}",
        f"{wall:.0f} ({bar(wall, BARS['seconds'])})", f"{processor:.0f}", f"{found['prepare']:.0f}",
        f"{found['sample']:.0f}", f"{megabytes:.0f} ({bar(megabytes, BARS['megabytes'])})",
        f"{found['rhat']:.3f} ({bar(found['rhat'], BARS['rhat'])})", ess, f"{found['tail']:.0f}",
        str(found["divergences"]), f"{found['leapfrogs']:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main(sizes: tuple[Size, ...]) -> str:
    """Measure and print."""
    load = os.getloadavg()[0]
    rows = []
    for size in sizes:
        rows.append(row(size))
        print(rows[-1], file=sys.stderr, flush=True)
    text = (
        "## Large cases\n\n"
        f"Made-up cases of daily steps, {STATES} states and evidence simulated from one draw of the prior;"
        f" {COUNTS.chains} chains of {COUNTS.tune} tuning and {COUNTS.draws} kept draws, fitted once in a process of"
        " its own. Seconds of the whole process (with simulating the evidence), of preparing the coordinates and of"
        " sampling. R-hat and effective sample sizes are the worst over the drivers' present levels and dynamics and"
        " the hazards.\n\n"
        "| steps x drivers x types | reports | unknowns | seconds (bar) | processor seconds | preparing | sampling |"
        " peak memory, MB (bar) | R-hat (bar) | bulk ESS | tail ESS | divergences | leapfrogs per draw |\n"
        f"|{'---|' * 13}\n" + "\n".join(rows) + f"\n\n{circumstances(load, ('numpy', 'numba', 'nutpie'))}"
    )
    print(text)
    return text


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            write_section("large", main(SIZES))
        case ["--smaller"]:
            main(SIZES[:-1])
        case numbers:
            fit_once(Size(*map(int, numbers)))

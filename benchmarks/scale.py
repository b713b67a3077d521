"""How reading evidence and projecting grow: a million reports, and thousands of draws over a thousand steps.

Makes up a scenario and its files in a temporary folder, prints two tables and writes them into benchmarks/README.md.
Takes some minutes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
from shared.measuring import Measured, bar, circumstances, measure, run_once, table, write_section
from shared.synthetic import synthetic_scenario, write_evidence

from forecast.evidence.readers import read_evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import PATHS_PER_DRAW, project
from forecast.scenario.types import Scenario

READ_DRIVERS, READ_TYPES, READ_DAYS, STATES = 20, 60, 3650, 8
PROJECTED_DRIVERS = 8
ROWS = 1_000_000
RUNS = 3
FUTURES = 4  # of each of 4,000 draws: as many in all as 16 of each of the 1,000 draws that a forecast projects
READ_BARS = {"seconds": 5, "megabytes": 1000}
PROJECT_BARS = (30, 2000)
SLOPE_BAR = 1.1
GROWING = {"steps": [(1000, 60), (1000, 240), (1000, 960)], "draws": [(250, 240), (1000, 240), (4000, 240)]}


def read_scenario() -> Scenario:
    """The scenario whose evidence is read."""
    return synthetic_scenario(drivers=READ_DRIVERS, types=READ_TYPES, states=STATES, days=READ_DAYS)


def read(folder: Path) -> None:
    """Read, check and aggregate: what a process does that is measured."""
    scenario = read_scenario()
    take_snapshot(scenario, read_evidence(folder, scenario), scenario.horizon - timedelta(days=1))


def project_alone(draws: int, steps: int, paths: int) -> None:
    """Project prior draws over daily steps and print how long that alone took."""
    scenario = synthetic_scenario(drivers=PROJECTED_DRIVERS, types=1, states=STATES, days=steps)
    spec = compile_spec(scenario)
    made = Draws.of(spec, prior_unknowns(spec, draws, 1, rng=np.random.default_rng(1)))
    space = build_state_space(scenario, scenario.initial_state, frozenset({scenario.initial_state}))
    wall, processor = time.perf_counter(), time.process_time()
    project(
        scenario,
        space,
        made,
        made.level[:, 0],
        begin=scenario.start + timedelta(days=1),
        step=0,
        horizon=scenario.horizon,
        rng=np.random.default_rng(2),
        paths=paths,
    )
    print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]))


def measure_projection(draws: int, steps: int, paths: int, *, barred: bool = False) -> Measured:
    """Measure it once, in a process of its own."""
    command = (sys.executable, __file__, "project", str(draws), str(steps), str(paths))
    *_, megabytes, printed = run_once(command, Path.cwd())
    wall, processor = json.loads(printed)
    name = f"{draws:,} draws, {paths} futures each, {steps:,} steps"
    return Measured(name, (wall,), (processor,), megabytes, *(PROJECT_BARS if barred else ()))


def slope(what: str) -> str:
    """Processor time against size on log scales, as a line of text."""
    sizes = GROWING[what]
    took = [measure_projection(draws, steps, FUTURES).processor_seconds[0] for draws, steps in sizes]
    size = [draws * steps for draws, steps in sizes]
    found = float(np.polyfit(np.log(size), np.log(took), 1)[0])
    times = ", ".join(f"{seconds:.2f}" for seconds in took)
    between = " to ".join(f"{draws:,} draws over {steps} steps" for draws, steps in (sizes[0], sizes[-1]))
    kept = bar(found, SLOPE_BAR)
    return f"- 16 times the {what} ({between}): {times} processor seconds, slope {found:.2f} (bar: {kept})"


def main() -> None:
    """Measure, print, write."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_evidence(folder, read_scenario(), ROWS, seed=1)
        size = (folder / "events.csv").stat().st_size / 1e6
        command = (sys.executable, __file__, "read", str(folder))
        reading = [
            measure(f"{ROWS:,} reports", command, folder, runs=RUNS, **READ_BARS),
        ]
    projecting = [
        measure_projection(4000, 1000, FUTURES, barred=True),
        measure_projection(1000, 1000, PATHS_PER_DRAW),
    ]
    text = (
        "## Scale\n\n"
        f"Reading: an `events.csv` of {size:.0f} MB with {ROWS:,} reports of {READ_TYPES} types on {READ_DRIVERS}"
        f" drivers over {READ_DAYS:,} daily steps, a tenth of them linked to another, is read, checked and made into a"
        f" snapshot. Whole processes, {RUNS} runs after one that warms the file system.\n\n{table(reading)}\n\n"
        f"Projecting: {PROJECTED_DRIVERS} drivers, {STATES} states, {2 * STATES} transitions, daily steps. Seconds of"
        f" the projection alone, once; memory of the whole process.\n\n{table(projecting)}\n\n"
        f"How its cost grows, with {FUTURES} futures a draw:\n\n{slope('steps')}\n{slope('draws')}\n\n"
        f"{circumstances(load, ('numpy', 'pydantic'))}"
    )
    print(text)
    write_section("scale", text)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["read", folder]:
            read(Path(folder))
        case ["project", *sizes]:
            project_alone(*map(int, sizes))
        case _:
            main()

"""How fast this project samples, beside other samplers on the same density; and how long its commands take.

Each road is a process of its own (benchmarks/roads), run in the environment that `make bench` makes for it. Roads must
agree on the density before anything about them is printed. Prints tables, writes them into benchmarks/README.md and
draws cost against size into benchmarks/sampling.svg; `--quick` only prints and draws into a temporary folder. A full
run takes hours, most of them for the first compilations of the plain PyMC model; `--part` measures one part of it.
Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from comparison.figures import PYTHON, ROADS, Plan, Run, bare_seconds, measured_or_why
from comparison.processes import Ended, RoadError, run_process
from comparison.tables import MIDDLE, draw, sizes, table_of_roads, table_of_sizes
from roads.cases import SHIPPED
from shared.measuring import Measured, table, write_section
from update import CASE, FIT_DAY, FORECAST, ROOT

from forecast.inference.settings import Sampling

PARTS = ("commands", "roads", "sizes")
PLOT = Path(__file__).resolve().with_suffix(".svg")
YEAR = ("--from", "2025-01-05", "--to", "2025-12-28", "--every", "1w")  # 52 Sundays
QUICK = Plan(Sampling(50, 50, 2), Sampling(20, 20, 2), repeats=1, factors=(1 / 4, 4), limit=900.0, empty=False)


def measure_commands(run: Run) -> list[Measured]:
    """Time the commands themselves in a workspace of their own, with this environment's Python."""
    workspace, home = run.folder / "workspace", run.home("commands")
    for name in ("priors", "data"):
        shutil.copytree(ROOT / name, workspace / name, ignore=shutil.ignore_patterns("ledger", "backtests"))

    def runs(*words: str, times: int) -> list[Ended]:
        print(*words, file=sys.stderr, flush=True)
        try:
            return [run_process((*FORECAST, *words), workspace, home=home, limit=run.plan.limit) for _ in range(times)]
        except RoadError as error:
            sys.exit(f"{words[0]}: {error}")

    kind, fit = f"`forecast run {CASE}`", ("run", CASE, "--as-of", FIT_DAY)
    first = runs(*fit, times=1)
    rows = [
        _row("`forecast --help`", runs("--help", times=5), seconds=0.3),
        _row(f"{kind}, warm", runs(*fit, times=run.plan.repeats), seconds=20, megabytes=1500),
    ]
    if run.plan.empty:
        rows.append(_row(f"{kind}, every cache empty", first, seconds=90))
        year = runs("backtest", CASE, *YEAR, "--jobs", "2", "--json", times=1)
        fits = json.loads(year[0].answer)["refits"]
        rows.append(_row(f"`forecast backtest`, 52 weekly origins, new fits at {fits} of them", year, seconds=300))
    return rows


def _row(name: str, runs: Sequence[Ended], **bars: float) -> Measured:
    return Measured(
        name,
        tuple(each.seconds for each in runs),
        tuple(each.processor_seconds for each in runs),
        max(each.megabytes for each in runs),
        **{f"bar_{kind}": bar for kind, bar in bars.items()},
    )


def circumstances(versions: Mapping[str, str], load_before: float) -> str:
    """Date, machine, versions and load; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    busy = "quiet" if load_before < 0.5 else "**not quiet: other programs were running, so times are too long**"
    packages = "".join(f", {name} {number}" for name, number in sorted(versions.items()))
    return (
        f"{datetime.now(UTC).date()}; {platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Python {platform.python_version()}, roads on Python {_roads_python()}{packages}."
        f" Load of the machine before: {load_before:.1f}, {busy}."
    )


def _roads_python() -> str:
    if not PYTHON.exists():
        return "none"
    return subprocess.run((PYTHON, "--version"), capture_output=True, text=True, check=True).stdout.split()[-1]


def chosen(words: Sequence[str]) -> tuple[Plan, list[str], list[str]]:
    """Read the command line: how much to measure, which roads, and which parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small counts, one repeat, warm caches; writes nothing")
    parser.add_argument("--roads", default=",".join(ROADS), help=f"of {','.join(ROADS)} (default: all)")
    parser.add_argument("--part", choices=PARTS, help="measure this alone (default: all)")
    parser.add_argument("--repeats", type=int, help="of each process (default: 3, with --quick 1)")
    given = parser.parse_args(words)
    roads = given.roads.split(",")
    unknown = [road for road in roads if road not in ROADS]
    if unknown:
        parser.error(f"no road is called {', '.join(unknown)}; there are {', '.join(ROADS)}")
    plan = QUICK if given.quick else Plan()
    return replace(plan, repeats=given.repeats or plan.repeats), roads, [given.part] if given.part else list(PARTS)


def commands(run: Run) -> str:
    """Measure whole commands; returns a section of the page without its circumstances."""
    return f"## Whole commands\n\n{table(measure_commands(run))}"


def roads_compared(run: Run, roads: Sequence[str]) -> str:
    """Measure all roads on the shipped case; returns a section."""
    plan = run.plan
    found = {
        road: measured_or_why(run, road, SHIPPED, counts=plan.counts, repeats=plan.repeats, first=True)
        for road in roads
    }
    bare = bare_seconds(run, [SHIPPED])
    counts = f"{plan.counts.chains} chains of {plan.counts.tune:,} tuning and {plan.counts.draws:,} kept draws"
    return (
        "## Sampling\n\n"
        f"`{SHIPPED}`, as of {FIT_DAY}; {counts}, one target acceptance for all. Medians of {plan.repeats}.\n\n"
        "All roads sample the same density: at random points of the prior their log densities differ from the NumPy"
        " twin's by one constant. First draw: a whole process asked for one tuning and one kept draw. ESS: over the"
        " drivers' present levels and dynamics and the hazards, as in the program's own diagnostics. Bare"
        " arithmetic: the operations of one gradient times the least that each costs. Stan's gradient is a leapfrog"
        " step by its own clock. NumPyro's sampling includes what XLA compiles. Peak memory is that of the largest"
        " process of a road that starts several.\n\n"
        f"{table_of_roads(found, bare[SHIPPED])}"
    )


def growth(run: Run, roads: Sequence[str], plot: Path) -> str:
    """Measure roads on made-up cases of growing size and draw cost against size; returns a section."""
    plan = run.plan
    names = list(dict.fromkeys(str(size) for cases in sizes(plan).values() for size in cases))
    found = {
        road: {name: measured_or_why(run, road, name, counts=plan.small, repeats=1, first=False) for name in names}
        for road in roads
    }
    bare = bare_seconds(run, names)
    draw(found, bare, plan, plot)
    print(f"plot: {plot}", file=sys.stderr)
    left_out = ", ".join(title for road, (title, _) in ROADS.items() if road not in roads)
    small = f"{plan.small.chains} chains of {plan.small.tune:,} and {plan.small.draws:,}"
    return (
        "## Cost against size\n\n"
        f"Made-up cases around {MIDDLE}, {small}: gradient in us / whole process in s / ESS per s of sampling;"
        f" slopes on log-log axes of the first two.{f' Not measured: {left_out}.' if left_out else ''}\n\n"
        f"{table_of_sizes(found, bare, plan)}\n\n"
        f"![Cost against size]({plot.name})"
    )


def main() -> None:
    """Measure, print, write."""
    plan, roads, parts = chosen(sys.argv[1:])
    plot = PLOT if plan.empty else Path(tempfile.mkdtemp()) / PLOT.name
    for part in parts:
        load_before = os.getloadavg()[0]
        with tempfile.TemporaryDirectory() as folder:
            run = Run(plan, Path(folder))
            match part:
                case "commands":
                    text = commands(run)
                case "roads":
                    text = roads_compared(run, roads)
                case _:
                    text = growth(run, roads, plot)
        text += f"\n\n{circumstances(run.versions, load_before)}"
        print(f"{text}\n")
        if plan.empty:
            write_section(part, text)


if __name__ == "__main__":
    main()

"""The benchmark of sampling: made-up cases, the bare arithmetic, processes, tables; nothing is sampled."""

from __future__ import annotations

import dataclasses
import math
import sys

import numpy as np
import pytest
from comparison.figures import ROADS, SAME, Figures, Plan, judge_draws
from comparison.processes import RoadError, environment, run_process
from comparison.tables import DIMENSIONS, draw, sizes, slope, table_of_roads, table_of_sizes
from roads.arithmetic import count
from roads.cases import SHIPPED, Size, load
from roads.road import STATS
from roads.this_project import density
from sampling import chosen

from forecast.inference.settings import Sampling
from forecast.model.draws import prior_unknowns

SMALL = Size(T=8, K=2, N=12)
MEASURED = Figures(10, 2, 4, 3, 600, 1.004, 0, 31, 5e-5, 200)


@pytest.mark.parametrize("size", [SMALL, Size(T=16, K=5, N=40)])
def test_a_made_up_case_has_the_size_asked_for(size):
    case = load(str(size))
    assert (case.snapshot.n_steps, len(case.spec.drivers), len(case.snapshot.report_type)) == dataclasses.astuple(size)
    assert load(str(size)).snapshot.hash == case.snapshot.hash


def test_made_up_cases_use_what_the_shipped_case_uses():
    shipped, made = load(SHIPPED).spec, load(str(SMALL)).spec
    for name, value in vars(shipped).items():
        if np.size(getattr(value, "loc", value)):
            assert np.size(getattr(getattr(made, name), "loc", getattr(made, name))), name
    assert made.cyclic == shipped.cyclic


def test_each_size_is_varied_by_a_factor_of_sixteen_around_the_middle():
    for key, cases in sizes(Plan()).items():
        numbers = [getattr(size, key) for size in cases]
        assert numbers[-1] == 16 * numbers[0]
        assert numbers == sorted(numbers)
        others = {dataclasses.replace(size, **{key: 0}) for size in cases}
        assert len(others) == 1


def test_the_programs_own_density_is_the_twins_up_to_a_constant():
    assert np.ptp(density(load(str(SMALL))).differences()) < SAME


def test_more_steps_need_more_arithmetic_in_proportion():
    few, many = count(load("T=32,K=4,N=40")), count(load("T=128,K=4,N=40"))
    assert 3 < many.multiply_add / few.multiply_add < 4.1
    assert few.log_gamma == 0  # no over-dispersed type


def test_a_slope_is_the_power_of_a_power_law():
    x = [1, 2, 4, 8]
    assert slope(x, [3 * number**1.5 for number in x]) == pytest.approx(1.5)
    assert slope(x, [math.nan, 2.0, 4.0, math.nan]) == pytest.approx(1)
    assert math.isnan(slope(x, [math.nan] * 4))


def test_a_process_that_fails_says_its_last_line(tmp_path):
    command = (sys.executable, "-c", "import sys; sys.exit('first\\nthe reason')")
    with pytest.raises(RoadError, match=r"\Athe reason\Z"):
        run_process(command, tmp_path, home=None, limit=60)


def test_a_process_that_takes_too_long_is_stopped(tmp_path):
    with pytest.raises(RoadError, match="longer than 1 s"):
        run_process((sys.executable, "-c", "import time; time.sleep(60)"), tmp_path, home=None, limit=1)


def test_a_process_tells_its_peak_memory(tmp_path):
    ended = run_process(
        (sys.executable, "-c", "x = bytearray(2 * 10**8); print(len(x))"), tmp_path, home=None, limit=60
    )
    assert ended.megabytes > 200
    assert ended.answer.strip() == "200000000"


def test_empty_caches_mean_a_home_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    made = environment(tmp_path)
    assert made["HOME"] == str(tmp_path)
    assert "NUMBA_CACHE_DIR" not in made
    assert environment(None)["NUMBA_CACHE_DIR"] == "elsewhere"


def test_draws_are_judged_as_the_program_does(tmp_path):
    case, counts = load(str(SMALL)), Sampling(draws=200, tune=0, chains=2)
    unknowns = prior_unknowns(case.spec, 400, SMALL.T, rng=np.random.default_rng(5))
    stats = {f"stat {name}": np.full(400, 7.0) + np.random.default_rng(6).normal(size=400) for name in STATS}
    stats["stat diverging"] = np.arange(400) < 3
    np.savez(tmp_path / "draws.npz", **unknowns, **stats)
    judged = judge_draws(case, counts, tmp_path / "draws.npz")
    assert judged["divergences"] == 3
    assert 200 < judged["ess"] < 500  # independent draws; the least of many estimates
    assert judged["leapfrogs"] == pytest.approx(7, abs=0.3)


def test_a_road_that_failed_keeps_its_row_and_says_why():
    lines = table_of_roads({"this": MEASURED, "stan": "it did not install"}, 1e-5).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert "50 (5.0)" in lines[2]
    assert "it did not install" in lines[3]


def test_sizes_are_tabled_and_drawn_with_their_slopes(tmp_path):
    plan = Plan()
    names = {str(size): size for cases in sizes(plan).values() for size in cases}
    rows = {name: dataclasses.replace(MEASURED, gradient=1e-6 * size.T) for name, size in names.items()}
    found = {"this": rows, "stan": dict.fromkeys(names, "failed")}
    bare = {name: 1e-7 * size.K for name, size in names.items()}
    lines = table_of_sizes(found, bare, plan).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    slopes = [line for line in lines if "slope" in line]
    assert len(slopes) == len(DIMENSIONS)
    assert "| 1.00 / 0.00 |" in slopes[0]
    draw(found, bare, plan, tmp_path / "plot.svg")
    assert 5_000 < (tmp_path / "plot.svg").stat().st_size < 300_000


def test_the_command_line(capsys):
    plan, roads, parts = chosen(["--quick", "--roads", "stan,this", "--part", "roads", "--repeats", "2"])
    assert (plan.empty, plan.repeats, roads, parts) == (False, 2, ["stan", "this"], ["roads"])
    plan, *rest = chosen([])
    assert (plan.repeats, rest) == (3, [list(ROADS), ["commands", "roads", "sizes"]])
    with pytest.raises(SystemExit):
        chosen(["--roads", "stam"])
    assert "no road is called stam" in capsys.readouterr().err

"""Draws on disk: every bit comes back, equal draws make equal files, and reading them is light."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from forecast.inference.posterior import Posterior, load_posterior, save_posterior


@pytest.fixture
def posterior(chains_of):
    rng = np.random.default_rng(1)
    unknowns = chains_of(2, 50)
    unknowns["innovation"][3, 0, 0] = -0.0
    unknowns["innovation"][4, 0, 0] = np.nextafter(0, 1)
    stats = {
        "diverging": rng.random(100) < 0.2,
        "energy": rng.normal(size=100),
        "n_steps": rng.integers(1, 1023, size=100).astype(np.uint64),
    }
    return Posterior(unknowns, 2, stats, {"compile": 12.25, "sample": 1 / 3})


@pytest.fixture
def path(posterior, tmp_path):
    save_posterior(posterior, tmp_path / "draws.nc")
    return tmp_path / "draws.nc"


def test_every_bit_comes_back(posterior, path):
    loaded = load_posterior(path)
    assert len(loaded) == 100
    assert loaded.chains == 2
    assert loaded.seconds == posterior.seconds
    assert loaded.unknowns.keys() == posterior.unknowns.keys()
    assert any(values.size == 0 for values in posterior.unknowns.values())  # kinds that the scenario does not have
    for name, values in posterior.unknowns.items():
        assert loaded.unknowns[name].shape == values.shape, name
        assert loaded.unknowns[name].tobytes() == values.tobytes(), name
    assert loaded.stats.keys() == posterior.stats.keys()
    for name, values in posterior.stats.items():
        np.testing.assert_array_equal(loaded.stats[name], values)
        assert loaded.stats[name].shape == (100,)


def test_equal_draws_make_equal_files(posterior, path, tmp_path):
    save_posterior(posterior, tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == path.read_bytes()
    posterior.unknowns["innovation"][0, 0, 0] += 1e-12
    save_posterior(posterior, tmp_path / "other.nc")
    assert (tmp_path / "other.nc").read_bytes() != path.read_bytes()


def test_other_programs_can_read_it(posterior, path):
    import xarray as xr

    with xr.open_dataset(path, engine="h5netcdf") as data:
        assert data["innovation"].dims[:2] == ("chain", "draw")
        np.testing.assert_array_equal(data["energy"].values.ravel(), posterior.stats["energy"])


def test_reading_loads_nothing_heavy(path, project_root):
    program = (
        f"import sys; sys.path.insert(0, {str(project_root)!r})\n"
        "from pathlib import Path\n"
        "from forecast.inference.posterior import load_posterior\n"
        f"print(len(load_posterior(Path({str(path)!r}))))\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, loaded = done.stdout.splitlines()
    assert first == "100"
    modules = {name.partition(".")[0] for name in loaded.split()}
    assert "h5py" in modules
    assert not modules & {"xarray", "pandas", "scipy", "arviz", "arviz_stats", "pymc", "pytensor", "nutpie", "numba"}


def test_chains_stay_together(posterior):
    by_chain = posterior.by_chain(posterior.stats["energy"])
    np.testing.assert_array_equal(by_chain[1], posterior.stats["energy"][50:])


@pytest.mark.parametrize(("n", "per_chain"), [(100, 50), (1000, 50), (20, 10), (2, 1)])
def test_thinning_takes_as_many_of_each_chain_spread_out_and_none_twice(posterior, n, per_chain):
    selection = posterior.selected(n)
    assert selection.weight is None
    keep = selection.index.reshape(2, per_chain)
    assert len(np.unique(keep)) == keep.size
    np.testing.assert_array_equal(keep[1] - keep[0], 50)
    assert keep.min() >= 0
    assert keep[0].max() < 50
    if per_chain > 1:
        assert np.ptp(np.diff(keep[0])) <= 1
        assert (keep[0, 0], keep[0, -1]) == (0, 49)

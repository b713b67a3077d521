"""Results on disk: read back to the bit, and computed again where a file is damaged, foreign or half written."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import time
from pathlib import Path

import numpy as np
import pytest

from forecast.canonical import sha256
from forecast.durable import WRITING
from forecast.inference.status import judge
from forecast.parallel.kept import KeptResults

KEY, OTHER = sha256("this"), sha256("that")
RESULT = {
    "day": dt.date(2024, 2, 29),
    "rows": (np.linspace(0, 1, 7).reshape(7, 1), np.float64(0.1), np.array(["a", "b"]), np.array([True]), None, {1.5}),
    "judged": judge(max_rhat=1.0, min_ess_bulk=9.0, min_ess_tail=9.0, divergences=0, draws=4, min_bfmi=1.0),
}


@pytest.fixture
def kept(tmp_path) -> KeptResults:
    made = KeptResults(tmp_path / "a" / "b")
    made.write(KEY, RESULT)
    return made


def path_of(kept: KeptResults, key: str = KEY) -> Path:
    return kept.folder / f"{key}.result"


def test_a_result_comes_back_as_it_was(kept):
    found = kept.read([KEY, OTHER])
    assert list(found) == [KEY]
    assert repr(found[KEY]) == repr(RESULT)
    assert found[KEY]["rows"][0].tobytes() == RESULT["rows"][0].tobytes()
    assert [path.name for path in kept.folder.iterdir()] == [f"{KEY}.result"]


def test_nothing_there_is_nothing_found(tmp_path):
    assert KeptResults(tmp_path / "absent").read([KEY]) == {}


def test_a_file_cut_short_or_changed_anywhere_counts_as_absent(kept):
    content = path_of(kept).read_bytes()
    for end in range(0, len(content), 7):
        path_of(kept).write_bytes(content[:end])
        assert kept.read([KEY]) == {}
    for at in range(0, len(content), 7):
        path_of(kept).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert kept.read([KEY]) == {}
    kept.write(KEY, RESULT)
    assert path_of(kept).read_bytes() == content


def test_a_result_under_another_name_and_a_foreign_file_count_as_absent(kept):
    path_of(kept, OTHER).write_bytes(path_of(kept).read_bytes())
    assert list(kept.read([KEY, OTHER])) == [KEY]
    path_of(kept, OTHER).write_bytes(pickle.dumps(RESULT))
    assert list(kept.read([KEY, OTHER])) == [KEY]
    path_of(kept, OTHER).unlink()
    path_of(kept, OTHER).mkdir()
    assert list(kept.read([KEY, OTHER])) == [KEY]


class Program:
    def __reduce__(self):
        return os.mkdir, ("made by a file",)


def test_a_file_runs_no_code(kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    payload = pickle.dumps(Program())
    path_of(kept).write_bytes(b"\n".join([b"forecast result 1", KEY.encode(), sha256(payload).encode(), payload]))
    assert kept.read([KEY]) == {}
    assert not (tmp_path / "made by a file").exists()


def test_what_could_not_be_read_back_is_not_written(kept):
    with pytest.raises(ValueError, match="neither numbers, dates nor a dataclass"):
        kept.write(OTHER, Program())
    assert [path.name for path in kept.folder.iterdir()] == [f"{KEY}.result"]


def test_a_write_that_fails_leaves_the_old_result(kept, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: os.close(-1))
    with pytest.raises(OSError, match="Bad file descriptor"):
        kept.write(KEY, "new")
    assert list(kept.read([KEY])[KEY]) == list(RESULT)


def test_what_a_killed_process_left_is_removed_after_a_day(kept):
    for name, age in (("old", 100_000), ("young", 10)):
        left = kept.folder / f"{WRITING}{name}"
        left.mkdir()
        os.utime(left, (time.time() - age,) * 2)
    kept.write(OTHER, 1)
    assert {path.name for path in kept.folder.glob(f"{WRITING}*")} == {f"{WRITING}young"}


def test_forgotten_results_are_gone(kept):
    kept.forget([KEY, OTHER])
    assert kept.read([KEY]) == {}

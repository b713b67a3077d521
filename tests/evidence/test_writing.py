"""A file is changed whole or not at all, and by one process at a time."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.evidence import writing
from forecast.evidence.writing import change_file

OLD = b"a,b\r\n1,2"


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)
    return path


def more(content: bytes) -> tuple[bytes, int]:
    return content + b"+", len(content)


def test_the_content_is_edited_and_the_result_handed_on(path):
    assert change_file(path, more) == len(OLD)
    assert path.read_bytes() == OLD + b"+"
    assert sorted(file.name for file in path.parent.iterdir()) == [".table.csv.lock", "table.csv"]


def test_what_the_edit_raises_leaves_the_file(path):
    def refuse(content):
        raise KeyError(content)

    with pytest.raises(KeyError):
        change_file(path, refuse)
    assert path.read_bytes() == OLD


class _HalfWritten:
    """A file that takes half of what it is given."""

    def __init__(self, file, error) -> None:
        self._file, self._error = file, error

    def __enter__(self):
        return self

    def __exit__(self, *error) -> None:
        self._file.close()

    def write(self, content: bytes) -> None:
        self._file.write(content[: len(content) // 2])
        self._file.flush()
        raise self._error


def fail_writing(monkeypatch, error):
    real = Path.open

    def opened(path, mode="r", **more):
        file = real(path, mode, **more)
        return _HalfWritten(file, error) if mode == "xb" else file

    monkeypatch.setattr(Path, "open", opened)


def fail_in(owner, name):
    def install(monkeypatch, error):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr(owner, name, fail)

    return install


@pytest.mark.parametrize(
    "install",
    [fail_writing, fail_in(os, "fsync"), fail_in(writing.shutil, "copymode"), fail_in(Path, "replace")],
    ids=["write", "fsync", "copymode", "rename"],
)
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()], ids=repr)
def test_a_failure_before_the_rename_leaves_the_file_and_nothing_beside_it(path, monkeypatch, install, error):
    install(monkeypatch, error)
    with pytest.raises(InputError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        change_file(path, more)
    if isinstance(error, OSError):
        assert str(caught.value) == f"{path}: cannot be changed: No space left on device; it is as it was"
    monkeypatch.undo()
    assert path.read_bytes() == OLD
    assert not path.with_name(".table.csv.new").exists()
    change_file(path, more)  # the lock is free again


@pytest.mark.skipif(os.name != "posix", reason="a folder is flushed on POSIX only")
def test_a_change_that_was_made_is_not_told_as_a_failure(path, monkeypatch):
    monkeypatch.setattr(writing, "flush_folder", lambda folder: os.close(-1))
    change_file(path, more)
    assert path.read_bytes() == OLD + b"+"


def test_what_a_killed_process_left_is_removed_even_by_a_refused_change(path):
    draft = path.with_name(".table.csv.new")
    draft.write_bytes(b"half")
    with pytest.raises(ZeroDivisionError):
        change_file(path, lambda content: (content, 1 // 0))
    assert not draft.exists()


def test_a_missing_file_or_folder_is_said(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path / "absent" / "table.csv"):
        with pytest.raises(InputError, match=r"absent.*there is no such file"):
            change_file(path, more)


def test_the_mode_stays_and_a_link_stays_a_link(path, tmp_path):
    path.chmod(0o640)
    link = tmp_path / "elsewhere" / "link.csv"
    link.parent.mkdir()
    link.symlink_to(path)
    change_file(link, more)
    assert link.is_symlink()
    assert path.read_bytes() == OLD + b"+"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(link.parent.iterdir()) == [link]


def test_one_waits_for_the_other_but_not_for_ever(path, monkeypatch):
    entered, leave = threading.Event(), threading.Event()

    def slowly(content):
        entered.set()
        assert leave.wait(60)
        return content + b"first", None

    thread = threading.Thread(target=change_file, args=(path, slowly))
    thread.start()
    assert entered.wait(60)
    monkeypatch.setattr(writing, "_BUSY_SECONDS", 0.1)
    with pytest.raises(InputError, match="another process"):
        change_file(path, more)
    monkeypatch.undo()
    leave.set()
    change_file(path, lambda content: (content + b" second", None))
    thread.join()
    assert path.read_bytes() == OLD + b"first second"

"""A full disk and a folder that may not be written: said clearly, and nothing is half written."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_tools import said
from record_many import record, resolve

from forecast.errors import ForecastError, InputError
from forecast.ledger import artefacts
from forecast.ledger.store import Ledger

NOBODY = 65534
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX rights and limits")


def contents(ledger: Ledger) -> dict[str, bytes]:
    return {
        str(path.relative_to(ledger.folder)): path.read_bytes()
        for path in sorted(ledger.folder.rglob("*"))
        if path.is_file()
    }


LIMITED = """
import resource, signal, sys
from pathlib import Path
from forecast.errors import ForecastError
from record_many import record, resolve
from forecast.ledger.store import Ledger
ledger = Ledger(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    record(ledger, "x" * 6000) if sys.argv[3] == "record" else resolve(ledger, note="x" * 40_000)
except ForecastError as error:
    print(error)
else:
    print("recorded")
"""


@posix
@pytest.mark.parametrize(("what", "limit"), [("record", 4_000), ("resolve", 30_000), ("resolve", 50_000)])
def test_a_full_disk(ledger, project_root, what, limit):
    """No file may grow beyond a size: writing fails where a full disk would make it fail."""
    record(ledger)
    entries, before = ledger.entries(), contents(ledger)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(ledger.folder), str(limit), what],
        env={**os.environ, "PYTHONPATH": f"{project_root}{os.pathsep}{Path(__file__).parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ledger.folder) in done.stdout
    assert any(word in done.stdout for word in ("File too large", "disk I/O error", "full"))
    assert ledger.entries() == entries
    assert said(ledger) == ""
    assert contents(ledger) == before
    resolve(ledger)
    assert said(ledger) == ""


@pytest.mark.parametrize("name", ["draws", "views", "scenarios", "evidence"])
def test_a_full_disk_while_a_file_is_written(ledger, monkeypatch, name):
    record(ledger)
    before = contents(ledger)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(artefacts, "file_hash", full)
    ways = {
        "draws": lambda: ledger.store_draws(lambda path: path.write_bytes(b"new")),
        "views": lambda: ledger.store_view("new"),
        "scenarios": lambda: ledger.store_scenario("new"),
        "evidence": lambda: record(ledger),
    }
    with pytest.raises(ForecastError, match="cannot be written: No space left on device") as caught:
        ways[name]()
    assert not isinstance(caught.value, InputError)
    assert contents(ledger) == before


def test_a_full_disk_after_the_entry_was_recorded_does_not_deny_it(ledger, monkeypatch):
    resolve(ledger)
    head = ledger.head()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(artefacts, "replace_file", full)
        second = resolve(ledger)
    assert ledger.entries()[-1] == second
    assert ledger.head() == head
    assert said(ledger) == ""
    assert ledger.head() != resolve(ledger).id == ledger.head()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that another user can enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def refused(attempt) -> str:
    """What an attempt says without the rights of the superuser, who may write everywhere."""
    if os.geteuid() != 0:
        with pytest.raises(InputError) as caught:
            attempt()
        return str(caught.value)
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(NOBODY)
        try:
            attempt()
            message = "not refused"
        except InputError as error:
            message = str(error)
        except BaseException as error:
            message = repr(error)
        os.write(send, message.encode())
        os._exit(0)
    os.close(send)
    with os.fdopen(receive) as pipe:
        message = pipe.read()
    os.waitpid(child, 0)
    return message


@posix
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_folder_that_may_not_be_written(shared):
    ledger = Ledger(shared / "ledger")
    shared.chmod(0o555)
    for attempt in (lambda: resolve(ledger), lambda: record(ledger)):
        assert "cannot be written: Permission denied" in refused(attempt)
    assert list(shared.iterdir()) == []


@posix
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_ledger_that_may_not_be_written_is_still_read(shared):
    ledger = Ledger(shared / "ledger")
    record(ledger)
    for path in (ledger.folder, *ledger.folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o555 | 0o444)
    before = contents(ledger)
    assert "cannot be opened or written" in refused(lambda: resolve(ledger))
    assert "cannot be written: Permission denied" in refused(lambda: record(ledger, "new"))

    def read() -> None:
        assert said(ledger) == ""
        raise InputError([f"{len(ledger.entries())} entry, {ledger.latest().top_outcome.name}"])

    assert refused(read) == "1 entry, coffee"
    assert contents(ledger) == before

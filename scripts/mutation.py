"""Break the model and the projection one expression at a time, and see which breaks the fast tests notice.

Runs mutmut on the files of ``[tool.mutmut]``, with what it leaves to its user: which mutants are worth a run, fixtures
that several tests share, and a second hearing of every survivor before all fast tests of both folders.

``make mutation`` runs it; ``python scripts/mutation.py --only 'forecast.model.grades*'`` a part.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import libcst.matchers as m
import numpy as np
import pytest
from mutmut import __main__ as mutmut
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.file_mutation import create_mutations, group_by_top_level_node, mangle_function_name
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkRunner

SEED = 20300107
SAMPLED = 250  # of the mutants of all other files
WHOLE = {  # likelihood, prior density and probabilities: every mutant
    "model": "data density draws drivers grades marks observations spells transitions",
    "projection": "chains occupancy paths sampled spells",
}
MEMORY = 6 * 2**30  # bytes: a mutant that loops for ever may also fill a list for ever
RESULT = Path("mutants/result.json")


def main() -> None:
    """Run the selected mutants and write ``mutants/result.json``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", help="pattern of mutants' names")
    parser.add_argument("--names", type=Path, help="file with the names to run, one a line, in place of the selection")
    parser.add_argument("--once", action="store_true", help="no second hearing")
    parser.add_argument("--count", action="store_true", help="only count the mutants")
    given = parser.parse_args()
    every = {path: list(_mutants(path)) for path in sorted(walk_mutatable_files())}
    if given.count:
        for path, found in every.items():
            print(f"{path}: {len(found)} mutants, {sum(worth for _, worth in found)} worth a run")
        return
    chosen = given.names.read_text().split() if given.names else _selected(every)
    chosen = [name for name in chosen if fnmatch.fnmatch(name, given.only)]
    PytestRunner.run_stats = _run_stats
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    mutmut._run(chosen, 1)
    statuses = {name: status for name, status in _statuses(every) if name in set(chosen)}
    if not given.once:
        _hear_again([name for name, status in statuses.items() if status in ("survived", "no tests")], statuses)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.write_text(json.dumps(known | statuses, indent=1, sort_keys=True) + "\n")
    print(Counter(statuses.values()))


def _mutants(path: Path) -> Iterator[tuple[str, bool]]:
    """Name every mutant of a file as mutmut does, and say whether it is worth a run."""
    module, mutations, _, _ = create_mutations(str(path), path.read_text())
    owner = {
        member: node.name.value for node in module.body if isinstance(node, cst.ClassDef) for member in node.body.body
    }
    guards = {id(arg.value) for arg in m.findall(module, m.Arg(keyword=m.Name("strict")))}
    for function, found in group_by_top_level_node(mutations).items():
        if not isinstance(function, cst.FunctionDef):
            continue
        mangled = mangle_function_name(name=function.name.value, class_name=owner.get(function))
        for i, mutation in enumerate(found):
            name = get_mutant_name(path, f"{mangled}__mutmut_{i + 1}")
            before, after = mutation.original_node, mutation.mutated_node
            yield name, id(before) not in guards and _worth(before, after)


def _worth(before: Any, after: Any) -> bool:
    """Leave out texts and names, values made None (they crash), the guard ``strict`` of zip, and 1e30 + 1."""
    if isinstance(before, cst.BaseString | cst.Assign | cst.AnnAssign):
        return False
    if isinstance(before, cst.Float):
        return bool(before.evaluated_value != after.evaluated_value)
    if not isinstance(before, cst.Call):
        return True
    dropped = [arg for arg in before.args if not any(arg is kept for kept in after.args)]
    put = [arg for arg in after.args if not any(arg is kept for kept in before.args)]
    return not put and not any(arg.keyword is not None and arg.keyword.value == "strict" for arg in dropped)


def _selected(every: dict[Path, list[tuple[str, bool]]]) -> list[str]:
    """All of the likelihood and the probabilities, and a sample of the rest."""
    whole = {Path("forecast", folder, f"{name}.py") for folder, names in WHOLE.items() for name in names.split()}
    worth = {path: [name for name, good in found if good] for path, found in every.items()}
    rest = [name for path, names in worth.items() if path not in whole for name in names]
    sample = np.random.default_rng(SEED).choice(rest, size=SAMPLED, replace=False).tolist()
    return [name for path in sorted(whole) for name in worth[path]] + sorted(sample)


def _run_stats(self: PytestRunner, *, tests: Any) -> int:
    """Note which tests reach a function, also through fixtures that an earlier test set up."""
    reached: dict[Any, set[str]] = {}

    class Collector:
        def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
            state().duration_by_test[nodeid] = 0

        @pytest.hookimpl(wrapper=True)
        def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
            outer = set(state()._stats)
            state()._stats.clear()
            try:
                return (yield)
            finally:
                reached[fixturedef] = set(state()._stats)
                state()._stats.update(outer)

        def pytest_runtest_teardown(self, item: Any, nextitem: Any) -> None:
            used = [reached.get(one, set()) for many in item._fixtureinfo.name2fixturedefs.values() for one in many]
            for function in state()._stats.union(*used):
                state().tests_by_mangled_function_name[function].add(item.nodeid)
            state()._stats.clear()

        def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
            state().duration_by_test[item.nodeid] += call.duration if call.when == "call" else 0

    with change_cwd("mutants"):
        return int(self.execute_pytest(self._pytest_args_regular_run(tests), plugins=[Collector()]))


def _statuses(every: dict[Path, list[tuple[str, bool]]]) -> Iterator[tuple[str, str]]:
    for path in every:
        data = SourceFileMutationData(path=path)
        data.load()
        yield from ((name, status_by_exit_code[code]) for name, code in data.exit_code_by_key.items())


def _hear_again(names: list[str], statuses: dict[str, str]) -> None:
    """Put the survivors before every fast test of both folders, for reach that mutmut did not see."""
    durations, reach = state().duration_by_test, state().tests_by_mangled_function_name
    runner = ForkRunner(1, PytestRunner())
    for name in names:
        tests = durations.keys() - reach[mangled_name_from_mutant_name(name)]
        if not tests:
            continue
        seconds = sum(durations[test] for test in tests)
        runner.submit(name, list(tests), int(8 * seconds) + 60, seconds)
        result = runner.wait_for_result()
        statuses[name] = status_by_exit_code[result.exit_code]
        print(statuses[name], name, flush=True)


if __name__ == "__main__":
    main()

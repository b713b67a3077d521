"""The reference page is what the docstrings say, and its examples run one after the other."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import shutil

from api_reference import IN_READING_ORDER, RESULTS, api_page

import forecast
from forecast import api


def test_the_page_is_up_to_date(project_root):
    assert (project_root / "docs" / "reference" / "api.md").read_text(encoding="utf-8") == api_page(), "run make docs"


def test_the_page_has_everything():
    assert sorted(IN_READING_ORDER) == sorted(forecast.__all__)
    assert sorted(RESULTS) == sorted(name for name in api.__all__ if not name.islower())


def test_the_examples_run(project_root, tmp_path, capsys):
    cases = project_root / "tests" / "cases"
    (tmp_path / "priors").mkdir()
    shutil.copy(cases / "priors" / "harbour-strike.yaml", tmp_path / "priors" / "case.yaml")
    shutil.copytree(cases / "data" / "harbour-strike", tmp_path / "data" / "case")
    names = {name: getattr(forecast, name) for name in forecast.__all__}
    text = "\n\n".join(inspect.getdoc(names[name]) for name in IN_READING_ORDER)
    examples = doctest.DocTestParser().get_doctest(text, names, "the API", None, None)
    assert len(examples.examples) > 2 * len(IN_READING_ORDER) - 3
    with contextlib.chdir(tmp_path):
        failed = doctest.DocTestRunner().run(examples).failed
    assert not failed, capsys.readouterr().out

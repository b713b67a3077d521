"""The notebooks as they are stored: paired with their text, small, of no machine, and true to their own numbers."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest
from run_notebooks import NOTEBOOKS, paired, stored

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from notebook_tools import printed, stated, tagged, unmarked

TEXTS = sorted(NOTEBOOKS.glob("*.py"))
MEGABYTE = 1_000_000


@pytest.fixture(params=TEXTS, ids=lambda text: text.stem)
def text(request) -> Path:
    return request.param


@pytest.fixture
def notebook(text):
    return nbformat.read(stored(text), as_version=4)


def test_there_are_two_and_each_has_its_outputs():
    assert [text.stem for text in TEXTS] == ["criticism", "first-forecast"]
    assert {stored(text) for text in TEXTS} == set(NOTEBOOKS.glob("*.ipynb"))


def test_the_stored_notebook_is_its_text(text, notebook):
    nbformat.validate(notebook)
    there, wanted = (
        [(cell.cell_type, cell.source, cell.metadata.get("tags")) for cell in one.cells]
        for one in (notebook, paired(text))
    )
    assert there == wanted, "run make notebooks"


def test_every_cell_ran_in_order_and_none_failed(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"execute_result", "stream"}
    assert {output.name for output in outputs if output.output_type == "stream"} == {"stdout"}


def test_it_is_small_and_names_no_machine(text, notebook):
    assert stored(text).stat().st_size < MEGABYTE
    assert set(notebook.metadata) == {"jupytext", "kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    written = stored(text).read_text(encoding="utf-8")
    assert not re.search(r"0x[0-9a-f]{6,}|\b\d+(\.\d+)? ?(s|ms|seconds)\b(?! of)|/home/|/tmp/|site-packages", written)
    assert not [cell for cell in notebook.cells if "execution" in cell.metadata]


def test_it_uses_the_public_api_alone(text):
    imports = re.findall(r"^\s*(?:from|import) (\S+)", text.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(imports) <= {"forecast", "datetime", "numpy"}


def test_the_conclusions_state_the_numbers_that_were_computed(notebook):
    numbers = printed(notebook)
    assert stated(notebook) == {name: number.text for name, number in numbers.items()}
    assert unmarked(notebook) == []


def test_a_conclusion_that_is_off_is_found(notebook):
    name, number = next(iter(printed(notebook).items()))
    (cell,) = tagged(notebook, "conclusions")
    cell.source = cell.source.replace(f"-->{number.text}", "-->99.9%", 1) + " and 12 more"
    assert stated(notebook)[name] != number.text
    assert unmarked(notebook) == ["12"]

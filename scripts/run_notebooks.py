"""Runs the notebooks from their text, warnings as errors, and stores them with outputs that name no machine."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["NOTEBOOKS", "executed", "paired", "stored"]

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
TIMEOUT = 300  # seconds for one cell: the first fit on a machine compiles the density
_STRICT = "import warnings; warnings.simplefilter('error'); warnings.filterwarnings('ignore', module='ipykernel')"


def paired(text: Path) -> Any:
    """Read a notebook's text, without outputs; cells are named by their place: the same text is the same file."""
    import jupytext

    notebook = jupytext.read(text)
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place}"
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["jupytext"] = {"formats": "ipynb,py:percent"}
    return notebook


def executed(text: Path) -> Any:
    """Run a notebook from top to bottom.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails or warns.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = paired(text)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_STRICT))
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(text.parent)}},
    )
    with tempfile.TemporaryDirectory() as profile:  # not the user's own
        client.execute(env={**os.environ, "PYTHONPATH": str(NOTEBOOKS.parent), "IPYTHONDIR": profile})
    del notebook.cells[0]
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = count
    notebook.metadata["language_info"] = {"name": "python"}  # the kernel adds its version
    return notebook


def stored(text: Path) -> Path:
    """Where a notebook lies with its outputs."""
    return text.with_suffix(".ipynb")


def main() -> None:
    """Run the notebooks that are named, or all."""
    import nbformat

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", nargs="*", type=Path, default=sorted(NOTEBOOKS.glob("*.py")))
    for text in parser.parse_args().text:
        print(f"running {text.name}")
        nbformat.write(executed(text), stored(text))


if __name__ == "__main__":
    main()

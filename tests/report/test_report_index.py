"""The list of all forecasts: links from disk, status and hostile titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_pages import HOSTILE, Reader

from forecast.report.index import IndexCase, IndexRow, link_to, write_index


def cases(title: str, status: str = "PASS") -> list[IndexCase]:
    row = IndexRow(
        "2025-05-09", "2025-12-31", title, "58%", status, "draft", "", "2025-05-10 08:00 UTC", "3f1c9a5e7b2d",
        (("HTML", "made/2025-05-09_2025-12-31.html"),),
    )  # fmt: skip
    return [IndexCase("made", title, (row, row)), IndexCase("other", "Other", (row,))]


def page(title: str, folder: Path, status: str = "PASS") -> Reader:
    write_index(cases(title, status), folder / "index.html")
    return Reader((folder / "index.html").read_text("utf-8"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_stays_text(text: str, tmp_path: Path) -> None:
    told = page(text, tmp_path)
    assert told.open == []
    assert {tag for tag, _ in told.elements} == {tag for tag, _ in page("plain", tmp_path).elements}


def test_links_are_relative_and_told_apart_without_seeing_the_row(tmp_path: Path) -> None:
    told = page("Case", tmp_path)
    links = [attrs["href"] for tag, attrs in told.elements if tag == "a"]
    assert links == ["#main", "#case-1", "#case-2", *["made/2025-05-09_2025-12-31.html"] * 3]
    assert "".join(told.text).count("HTML of 2025-05-09, 3f1c9a5e7b2d") == 3
    assert told.headings == ["case-1", "case-2"]


def test_a_failed_forecast_is_marked(tmp_path: Path) -> None:
    assert "not to be relied on" in "".join(page("Case", tmp_path, "FAIL").text)
    assert "not to be relied on" not in "".join(page("Case", tmp_path).text)


def test_an_address_holds_no_character_that_a_browser_would_read_otherwise(tmp_path: Path) -> None:
    assert link_to(tmp_path / "a b#1?" / "x%.html", tmp_path) == "a%20b%231%3F/x%25.html"


def test_no_forecast_is_told(tmp_path: Path) -> None:
    write_index([], tmp_path / "index.html")
    assert "No forecast is recorded yet." in (tmp_path / "index.html").read_text("utf-8")

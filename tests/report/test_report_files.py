"""The rendered report: every text as text, nothing from the network, sections only where there are data."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from report_pages import HOSTILE, Reader

from forecast.report.drawings import draw_all
from forecast.report.html import render_html
from forecast.report.page import build_page
from forecast.report.view import PathView, View
from forecast.report.write import write_reports


def read(view: View) -> Reader:
    return Reader(render_html(build_page(view), draw_all(view)))


@pytest.fixture(scope="module")
def expected_tags(view: View) -> set[str]:
    return {tag for tag, _ in read(view).elements}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_stays_text(
    view: View, text: str, replace_texts: Callable[[View, str], View], expected_tags: set[str], tmp_path: Path
) -> None:
    hostile = replace_texts(view, text)
    files = write_reports(hostile, tmp_path, name="forecast", paper="a4")
    page = Reader(files.html.read_text("utf-8"))
    assert page.open == []
    tags = {tag for tag, _ in page.elements}
    assert tags == expected_tags
    assert not any(name.startswith("on") or name == "style" for _, attrs in page.elements for name in attrs)
    assert "".join(page.text).count(hostile.evidence[0].summary) >= 10
    assert files.pdf.read_bytes().startswith(b"%PDF-")


def test_nothing_is_fetched_and_links_go_to_web_addresses_only(view: View) -> None:
    page = read(view)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert "src" not in attrs
        assert "srcset" not in attrs
        target = attrs.get("href") or attrs.get("xlink:href") or ""
        if target and tag == "a" and not target.startswith("#"):
            assert target.startswith(("http://", "https://"))
            assert "noopener" in (attrs["rel"] or "")
        elif target:
            assert target.removeprefix("#") in ids
    html = render_html(build_page(view), draw_all(view))
    assert "@import" not in html
    assert all(reference.strip("#") in ids for reference in re.findall(r"url\(([^)]*)\)", html))


def test_the_content_policy_names_the_style_sheet_and_the_script(view: View) -> None:
    page = read(view)
    policy = next(
        attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    html = render_html(build_page(view), draw_all(view))
    script = html[html.index("<script>") + len("<script>") : html.rindex("</script>")]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert "unsafe" not in policy


def test_every_figure_has_a_name_a_description_and_its_numbers(view: View) -> None:
    page = read(view)
    ids = {attrs["id"]: tag for tag, attrs in page.elements if "id" in attrs}
    pictures = [attrs for tag, attrs in page.elements if tag == "svg" and attrs.get("role") == "img"]
    assert len(pictures) == 2 * 3 + len(view.drivers)
    for attrs in pictures:
        title, description = (attrs["aria-labelledby"] or "").split()
        assert (ids[title], ids[description]) == ("title", "desc")
    assert sum(tag == "details" for tag, _ in page.elements) == 2 + len(view.drivers)


def test_every_section_is_there(view: View) -> None:
    assert read(view).headings == [
        "outcomes", "time", "drivers", "evidence", "assumptions", "diagnostics", "guide", "provenance",
    ]  # fmt: skip


def test_sections_without_data_are_absent(view: View, tmp_path: Path) -> None:
    no_path = PathView(
        dates=(), outcomes=(), outcomes_mcse=(), state_names=(), state_titles=(), states=(), states_mcse=()
    )
    bare = view.model_copy(
        update={"path": no_path, "drivers": (), "evidence": (), "assumptions": (), "ledger_id": None, "description": ""}
    )
    files = write_reports(bare, tmp_path, name="forecast", paper="letter")
    page = Reader(files.html.read_text("utf-8"))
    assert page.headings == ["outcomes", "diagnostics", "guide", "provenance"]
    assert "Ledger entry" not in page.text
    assert not any(tag == "details" for tag, _ in page.elements)


def test_a_failed_forecast_says_so_first(view: View, failed_view: View) -> None:
    page, text = read(failed_view), "".join(read(failed_view).text)
    assert any(attrs.get("class") == "banner sans FAIL" for _, attrs in page.elements)
    headline = build_page(failed_view).headline
    for reason in failed_view.diagnostics.reasons:
        assert text.index(reason) < text.index(headline)
    assert not any("banner" in (attrs.get("class") or "") for _, attrs in read(view).elements)


def test_the_headline_has_number_and_word(view: View) -> None:
    page = build_page(view)
    assert page.headline == (
        "The likeliest outcome by 31 December 2025 is “The war goes on as it is”: 58%, likely or probable."
    )
    assert "“realistic possibility” to “likely or probable”" in page.headline_range
    assert [row.prior for row in page.outcomes[:2]] == ["51%", "21%"]


def test_outcomes_within_the_monte_carlo_error_are_not_ranked(view: View) -> None:
    first, second, *others = view.outcomes
    close = view.model_copy(
        update={
            "outcomes": (
                first.model_copy(update={"probability": 0.451, "mcse": 0.008}),
                second.model_copy(update={"probability": 0.440, "mcse": 0.008}),
                *(item.model_copy(update={"probability": 0.02}) for item in others),
            )
        }
    )
    assert build_page(close).headline.endswith("are too close to rank.")


def test_the_same_view_gives_the_same_bytes(view: View, tmp_path: Path) -> None:
    again = View.model_validate_json(view.model_dump_json())
    first = write_reports(view, tmp_path / "a", name="forecast", paper="a4")
    second = write_reports(again, tmp_path / "b", name="forecast", paper="a4")
    assert first.html.read_bytes() == second.html.read_bytes()
    assert first.pdf.read_bytes() == second.pdf.read_bytes()
    assert sorted((tmp_path / "a").iterdir()) == [first.html, first.pdf]
    assert (first.html.name, first.pdf.name) == ("forecast.html", "forecast.pdf")


def test_paper_sets_the_size_of_the_page(view: View, tmp_path: Path) -> None:
    sizes = {}
    for paper in ("a4", "letter"):
        box = re.search(
            rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]",
            write_reports(view, tmp_path, name="forecast", paper=paper).pdf.read_bytes(),
        )
        assert box is not None
        sizes[paper] = [round(float(side)) for side in box.groups()]
    assert sizes == {"a4": [595, 842], "letter": [612, 792]}


def test_a_failed_rendering_leaves_the_old_files(view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write_reports(view, tmp_path, name="forecast", paper="a4")
    before = files.html.read_bytes(), files.pdf.read_bytes()

    def broken(*_: object, **__: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr("forecast.report.write.render_pdf", broken)
    changed = view.model_copy(update={"title": "Another title"})
    with pytest.raises(OSError, match="no space"):
        write_reports(changed, tmp_path, name="forecast", paper="a4")
    assert (files.html.read_bytes(), files.pdf.read_bytes()) == before
    assert len(list(tmp_path.iterdir())) == 2


def test_a_forecast_as_recorded_says_so_where_its_date_stands(view: View) -> None:
    recorded = view.model_copy(update={"as_recorded": True})
    shown, plain = ("".join(read(one).text) for one in (recorded, view))
    assert shown.count("orecast as of 9 May 2025 (as recorded)") == 2  # title and header
    assert "reported or entered later, withdrawn or replaced" in shown
    assert "as recorded" not in plain

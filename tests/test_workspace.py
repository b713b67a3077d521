"""Finding the workspace and the files of a case in it."""

from pathlib import Path

import pytest

from forecast.errors import NotFoundError
from forecast.workspace import Workspace, find_workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("priors", "data", "deep/er"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "priors" / "harbour-2030.yaml").write_text("")
    (tmp_path / "priors" / "delta.yml").write_text("")
    (tmp_path / "priors" / "README.md").write_text("")
    return tmp_path


def test_nearest_folder_upwards(root: Path) -> None:
    assert find_workspace(start=root / "deep" / "er") == Workspace(root.resolve())


def test_current_folder_by_default(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "deep")
    assert find_workspace().root == root.resolve()


def test_an_inner_workspace_wins(root: Path) -> None:
    inner = root / "deep"
    (inner / "priors").mkdir()
    (inner / "data").mkdir()
    assert find_workspace(start=inner / "er").root == inner.resolve()


def test_both_folders_are_needed(root: Path) -> None:
    (root / "deep" / "priors").mkdir()
    assert find_workspace(start=root / "deep").root == root.resolve()


def test_given_folder_is_not_searched_from(root: Path) -> None:
    assert find_workspace(root, start=Path("/")) == Workspace(root)
    with pytest.raises(NotFoundError, match="deep is not a workspace: it has no priors/ and data/"):
        find_workspace(root / "deep")


def test_no_workspace_anywhere(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no folder with priors/ and data/ at or above .*--workspace"):
        find_workspace(start=tmp_path)


def test_places_of_a_case() -> None:
    workspace = Workspace(Path("w"))
    assert workspace.data("harbour-2030") == Path("w/data/harbour-2030")
    assert workspace.reports("harbour-2030") == Path("w/reports/harbour-2030")
    assert workspace.ledger == Path("w/data/ledger")


@pytest.mark.parametrize(("name", "file"), [("harbour-2030", "harbour-2030.yaml"), ("delta", "delta.yml")])
def test_a_name_is_found_in_priors(root: Path, name: str, file: str) -> None:
    assert Workspace(root).scenario_path(name) == root / "priors" / file


def test_a_path_is_taken_as_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert Workspace(root).scenario_path("priors/delta.yml") == Path("priors/delta.yml")
    assert Workspace(root).scenario_path(str(root / "priors" / "README.md")) == root / "priors" / "README.md"


@pytest.mark.parametrize("typed", ["harbor-2030", "elsewhere/harbor-2030.yaml", "harbor-2030.yaml"])
def test_an_unknown_scenario_names_what_there_is(root: Path, typed: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        Workspace(root).scenario_path(typed)
    message = str(caught.value)
    assert typed in message
    assert "did you mean 'harbour-2030'?" in message
    assert "delta, harbour-2030" in message
    assert "README" not in message


def test_an_empty_priors_folder_says_so(root: Path) -> None:
    for path in (root / "priors").iterdir():
        path.unlink()
    with pytest.raises(NotFoundError, match="priors/ holds none"):
        Workspace(root).scenario_path("delta")

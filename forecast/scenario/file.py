"""The scenario file: YAML to a checked scenario, or every problem in it with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from forecast.canonical import canonical_json, sha256
from forecast.errors import InputError, NotFoundError, Problem
from forecast.scenario import rules
from forecast.scenario.messages import explain, written
from forecast.scenario.schema import schema
from forecast.scenario.types import Scenario
from forecast.scenario.yamltext import KeyPath, LocatedData, parse_yaml

__all__ = ["LoadedScenario", "key_text", "load_scenario", "read_text", "scenario_hash", "stated_name"]


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario with where it came from.

    Attributes
    ----------
    scenario : Scenario
        Checked: :func:`forecast.scenario.rules.problems` finds nothing in it.
    path : Path
        The file as it was named.
    hash : str
        :func:`scenario_hash` of its content.
    warnings : tuple of Problem
        What is allowed but deserves a second look, each with its line.
    located : LocatedData
        The file's text as data, with the line of every key.
    text : str
        The file's text.
    """

    scenario: Scenario
    path: Path
    hash: str
    warnings: tuple[Problem, ...]
    located: LocatedData = field(repr=False)
    text: str = field(repr=False)

    def place(self, findings: Iterable[rules.Finding]) -> tuple[Problem, ...]:
        """Give each finding its file and line, sorted by place."""
        return tuple(sorted(_locate(self.path, self.located, findings)))


def load_scenario(path: Path) -> LoadedScenario:
    """Read a scenario file.

    Parameters
    ----------
    path : Path
        A YAML file in UTF-8.

    Returns
    -------
    LoadedScenario

    Raises
    ------
    NotFoundError
        When there is no such file.
    InputError
        With every problem in the file, each with its line and key path.
    """
    text = read_text(path, "scenario file")
    located = parse_yaml(text)
    faults = [Problem(str(path), line, key_text(key), message) for line, key, message in located.faults]
    if not isinstance(located.data, dict):
        found = "the file is empty" if located.data is None else f"the file holds {written(located.data)}"
        no_mapping = Problem(str(path), located.line(()), "", f"{found}; it must be a mapping that begins `scenario:`")
        raise InputError(faults or [no_mapping])
    try:
        scenario = Scenario.model_validate(located.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InputError([*faults, *_locate(path, located, explain(error, located.data, schema()))]) from None
    # Where the text is at fault (a key given twice) the content is not what was meant: rules would find echoes of that.
    findings = [] if faults else rules.problems(scenario)
    if faults or findings:
        raise InputError([*faults, *_locate(path, located, findings)])
    notes = tuple(sorted(_locate(path, located, rules.warnings(scenario))))
    return LoadedScenario(scenario, path, scenario_hash(scenario), notes, located, text)


def stated_name(path: Path) -> str:
    """The scenario's id as a file gives it that may have faults; the file's own name where it gives none."""
    try:
        data = parse_yaml(read_text(path, "scenario file")).data
    except InputError:
        data = None
    name = data.get("scenario") if isinstance(data, dict) else None
    return name if isinstance(name, str) else path.stem


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the scenario's content as canonical JSON.

    Comments, layout, the order of keys, a number's spelling and defaults written out make no difference.
    """
    content = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return sha256(canonical_json(content))


def key_text(path: KeyPath) -> str:
    """Write a key path as in ``transitions[2].hazard_ratio.supply``; list items count from 0."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def read_text(path: Path, kind: str) -> str:
    """Read a file that somebody wrote by hand.

    Parameters
    ----------
    kind : str
        What it is, in the words of an error.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InputError
        When it cannot be read, or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"there is no {kind} {path}") from None
    except OSError as error:
        raise InputError([Problem(str(path), 0, "", f"cannot be read: {error.strerror}")]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{content[error.start]:02x}; save the file with UTF-8 encoding"
        raise InputError([Problem(str(path), line, "", message)]) from None


def _locate(path: Path, located: LocatedData, findings: Iterable[rules.Finding]) -> list[Problem]:
    return [Problem(str(path), located.line(key), key_text(key), message) for key, message in findings]

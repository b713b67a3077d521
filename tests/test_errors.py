"""The error tree: its shape, and how problems read."""

import forecast.errors
from forecast.errors import ForecastError, InputError, NotFoundError, Problem


def test_the_tree_is_what_its_module_says() -> None:
    assert forecast.errors.__all__ == ["ForecastError", "InputError", "NotFoundError", "Problem"]
    assert NotFoundError.__mro__[:3] == (NotFoundError, InputError, ForecastError)
    assert ForecastError.__base__ is Exception


def test_a_problem_reads_as_a_place_and_a_message() -> None:
    assert str(Problem("a.yaml", 3, "drivers.silt", "is wrong")) == "a.yaml:3: drivers.silt: is wrong"
    assert str(Problem("a.yaml", 0, "", "is missing")) == "a.yaml: is missing"
    assert str(Problem("", 0, "", "nothing there")) == "nothing there"


def test_problems_are_sorted_by_place_with_lines_as_numbers() -> None:
    rows = [Problem("b", 1, "", "x"), Problem("a", 10, "", "x"), Problem("a", 9, "", "x")]
    error = InputError(iter(rows))
    assert [(p.file, p.line) for p in error.problems] == [("a", 9), ("a", 10), ("b", 1)]
    assert str(error).splitlines() == ["a:9: x", "a:10: x", "b:1: x"]


def test_not_found_is_one_problem_without_a_place() -> None:
    assert NotFoundError("no scenario 'x'").problems == (Problem("", 0, "", "no scenario 'x'"),)

"""A real browser without a network: the system's chromium, or Playwright's own, driven by Playwright.

Without one these tests are skipped, and fail where REQUIRE_BROWSER is set, as `.ci/run` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no browser to open the report in: install one with `apt-get install chromium` (Debian) or "
    "`.venv/bin/playwright install chromium` (elsewhere)"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path)
        if not Path(found).exists():
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(MISSING)
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()

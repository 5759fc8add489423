"""Chromium or Chrome, without a window: the fixture ``browser`` of every test that opens a page."""

import os
import shutil
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def find_browser():
    asked = os.environ.get("CHROMIUM")
    found = (asked, *map(shutil.which, BROWSERS))
    return next((path for path in found if path and Path(path).exists()), None)


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    executable = find_browser()
    if executable is None:
        pytest.skip("no Chromium found: install it, or name it in the variable CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        flags = [*FLAGS, "--no-sandbox"] if IS_ROOT else FLAGS
        opened = playwright.chromium.launch(executable_path=executable, args=flags)
        yield opened
        opened.close()

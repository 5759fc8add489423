"""The site as a stranger opens it: from a folder, without a network, on any screen."""

import subprocess
import sys
from pathlib import Path

import pytest

from minidl.course import names
from tests.site.pages_check import barriers, broken_links, faults_in_browser

ROOT = Path(__file__).parents[2]
CLOSELY = (
    *("index", "search", "notebooks/00_start_here", "lecture/3_style_transfer"),
    *("exercises/05_verification", "api/files"),
)


@pytest.mark.slow(60)
@pytest.mark.browser
def test_the_site_is_whole(browser, tmp_path):
    """Built once; then looked at by a reader of HTML, a narrow screen, axe-core, and a search."""
    pytest.importorskip("sphinx")
    site = tmp_path / "a site"
    command = [sys.executable, "-m", "scripts.site", str(site)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=900)
    assert built.returncode == 0, built.stdout + built.stderr
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} == {
        path.stem for path in (site / "notebooks").glob("*.html")
    }
    everything = "".join(p.read_text(encoding="utf-8") for p in (site / "exercises").iterdir())
    assert [name for name in names() if f"<summary>{name}: hint 1 of" not in everything] == []
    assert "<math" in (site / "api" / "functional.html").read_text(encoding="utf-8")
    assert broken_links(site) == []
    assert faults_in_browser(browser, sorted(site.rglob("*.html"))) == []
    assert [b for name in CLOSELY for b in barriers(browser, site / f"{name}.html")] == []
    assert barriers(browser, site / "exercises" / "05_verification.html", "dark") == []
    assert search(browser, site, "winograd"), "the search finds nothing"
    assert dark(browser, site / "index.html")


def search(browser, site, word):
    """The titles that the site's own search finds."""
    page = browser.new_page()
    page.goto((site / "search.html").as_uri() + f"?q={word}")
    page.wait_for_selector("#search-results li a", timeout=90_000)
    found = page.locator("#search-results li a").all_text_contents()
    page.close()
    return found


def dark(browser, path):
    """Whether the button for dark and light makes the page dark."""
    page = browser.new_page(color_scheme="light")
    page.goto(path.as_uri())
    colour = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    for _ in range(3):  # light, dark, and as the system has it
        page.locator(".theme-toggle:visible").first.click()
        if page.evaluate(colour) != light:
            return sum(map(int, page.evaluate(colour)[4:-1].split(","))) < 150
    return False


BROKEN = """<!doctype html>
<html><head><title>Broken</title><script src="https://example.org/away.js"></script></head>
<body><p id="here"><a href="#nowhere">one</a> <a href="absent.html">two</a>
<a href="#here">right</a> <code class="xref py py-func">gone</code>
<img src="absent.png"><span style="display:block;width:900px">wide</span>
<script>console.error("careful")</script></body></html>
"""


def test_broken_links_are_found(tmp_path):
    (tmp_path / "broken.html").write_text(BROKEN, encoding="utf-8")
    assert sorted(broken_links(tmp_path)) == [
        "broken.html: #nowhere is not there",
        "broken.html: a reference without a target",
        "broken.html: absent.html is not there",
        "broken.html: absent.png is not there",
        "broken.html: https://example.org/away.js is fetched",
    ]


@pytest.mark.slow(5)
@pytest.mark.browser
def test_a_browser_finds_what_is_wrong(browser, tmp_path):
    path = tmp_path / "broken.html"
    path.write_text(BROKEN.replace("https://example.org", "."), encoding="utf-8")
    found = "\n".join(faults_in_browser(browser, [path]))
    for fault in ("careful", "not loaded", "no picture", "no words for", "pixels wide"):
        assert fault in found
    forbidden = "\n".join(barriers(browser, path))
    assert "image-alt" in forbidden and "html-has-lang" in forbidden


@pytest.mark.parametrize("arguments", [["one", "two"], ["--help"]])
def test_the_command_says_how_it_is_used(arguments):
    pytest.importorskip("sphinx")
    from scripts.site.__main__ import USAGE, main

    assert main(arguments) == USAGE

"""A reader's afternoon: JupyterLab in a real browser runs a notebook and moves a slider."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from nbformat import read, write

from tests.chromium import IS_ROOT

pytestmark = [pytest.mark.slow(60), pytest.mark.browser]

SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

# What the page shows, as the reader sees it: a number beside every code cell that has run and is
# not folded, and pictures with more than one colour.
STATE = """() => {
    const text = node => node ? node.textContent.trim() : '';
    const varied = image => {
        if (!image.complete || !image.naturalWidth) return false;
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const pixels = new Uint32Array(
            context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return pixels.some(pixel => pixel !== pixels[0]);
    };
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')];
    const outputs = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.';
    return {
        prompts: cells.map(cell => text(cell.querySelector('.jp-InputPrompt'))).filter(Boolean),
        errors: ['error', 'stderr'].flatMap(  // warnings too
            kind => [...document.querySelectorAll(outputs + kind + '"]')].map(text)),
        figures: [...document.querySelectorAll('.jp-OutputArea-output img')].map(
            image => varied(image)),
        readouts: [...document.querySelectorAll('.jp-OutputArea .widget-readout')].map(text),
    };
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on an empty folder, with settings of its own: (address, token, folder)."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    folder.mkdir()
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    options = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,
        "root_dir": str(folder),
        "open_browser": False,
    }
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab"),
                *(f"--ServerApp.{name}={value}" for name, value in options.items()),
                f"--IdentityProvider.token={token}",
                *(["--allow-root"] if IS_ROOT else []),
            ],
            env={
                **os.environ,
                "MINIDL_QUIET": "1",  # what compiling says on stderr would count as an error
                "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
                "JUPYTER_CONFIG_DIR": str(home / "config"),
                "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
                "IPYTHONDIR": str(home / "ipython"),
                "MINIDL_QUICK": "",
            },
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_it_answers(server, f"{address}/api/status?token={token}", home / "log")
        yield address, token, folder
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
        server.wait()


def _wait_until_it_answers(server, url, log):
    for _ in range(300):
        assert server.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text(encoding='utf-8')[-3000:]}")


@contextlib.contextmanager
def opened(browser, lab, notebook):
    """The page of a notebook that lies in the lab's folder."""
    address, token, _ = lab
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    try:
        page.goto(f"{address}/lab/tree/{notebook}?reset&token={token}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.get_by_text("| Idle").wait_for()  # until then the kernel takes no cells
        yield page
    finally:
        page.close()


def run_all(page, seconds):
    """Run > Run All Cells, then wait for the last cell; returns what the page shows."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = page.evaluate(STATE)
        stopped = state["errors"] and "[*]:" not in state["prompts"]
        if stopped or all(prompt.strip("[]:").isdigit() for prompt in state["prompts"]):
            page.wait_for_timeout(1500)  # pictures and widgets arrive a little later
            return page.evaluate(STATE)
        page.wait_for_timeout(200)
    pytest.fail(f"not at its end after {seconds} s: {page.evaluate(STATE)['prompts']}")


def complaints(state):
    """What is wrong with a page: errors and warnings, empty figures."""
    found = [f"error: {text[-500:]}" for text in state["errors"]]
    found += [f"empty figure: {i}" for i, varied in enumerate(state["figures"], 1) if not varied]
    return found + (["no figure at all"] if not state["figures"] else [])


def move_slider(page):
    """Move the first slider by the keyboard; returns its numbers before and after.

    The figure below it, the first in a widget, must have become another one.
    """
    before = page.evaluate(STATE)["readouts"][0]
    picture = page.locator(".jp-OutputArea .widget-html img").first
    seen = picture.get_attribute("src")
    handle = page.locator(".jp-OutputArea .noUi-handle").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    handle.press("ArrowRight")
    deadline = time.monotonic() + 60  # a figure may be a painting
    while picture.get_attribute("src") == seen:
        assert time.monotonic() < deadline, "the slider moves, and its figure does not"
        page.wait_for_timeout(200)
    assert picture.get_attribute("alt")
    return before, page.evaluate(STATE)["readouts"][0]


def put(source, lab, name):
    _, _, folder = lab
    shutil.copy(source, folder / name)
    return name


def test_the_small_notebook_runs_and_its_slider_moves(browser, lab, small):
    with opened(browser, lab, put(small, lab, "small.ipynb")) as page:
        state = run_all(page, 120)
        assert complaints(state) == []
        assert len(state["figures"]) == 2
        assert move_slider(page) == ("127", "128")


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("1 / 0", "error: "),
        ("viz.show(plt.figure(), alt='Nothing.')", "empty figure: "),
        ("import sys\nprint('careful', file=sys.stderr)", "error: careful"),
    ],
)
def test_what_is_wrong_is_seen(browser, lab, small, code, complaint):
    notebook = read(small, as_version=4)
    notebook.cells[-1].source = code
    write(notebook, small)
    with opened(browser, lab, put(small, lab, "broken.ipynb")) as page:
        found = complaints(run_all(page, 120))
    assert len(found) == 1 and found[0].startswith(complaint), found


def test_notebook_00_runs_to_its_end_and_its_slider_moves(browser, lab, root):
    (source,) = (root / "notebooks").glob("00_*.ipynb")
    with opened(browser, lab, put(source, lab, "00.ipynb")) as page:
        state = run_all(page, 900)
        assert complaints(state) == []
        assert state["readouts"], "notebook 00 has no slider"
        before, after = move_slider(page)
        assert before != after
        assert complaints(page.evaluate(STATE)) == []

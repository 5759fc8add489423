"""A picture that needs more memory than there is: refused early, with a size that fits."""

import re
import tracemalloc

import numpy as np
import pytest

from minidl.nn import memory
from minidl.style import transfer
from minidl.style.objective import Problem
from tests.style.examples import make_network, picture

MESSAGE = r"painting 300 × 400 pixels needs about \d+ MB of memory, .*: size=\((\d+), (\d+)\) would"


@pytest.fixture
def limit(monkeypatch):
    """Set how much memory there is, in MB."""

    def set_to(size: float) -> None:
        monkeypatch.setattr(memory, "available", lambda: int(size * 1e6))

    monkeypatch.setattr(memory, "SMALL", 0)
    return set_to


def refused(pattern: str, *arguments, **settings) -> tuple[int, ...]:
    with pytest.raises(MemoryError) as caught:
        transfer(*arguments, **settings)
    found = re.search(pattern, str(caught.value))
    assert found, str(caught.value)
    return tuple(map(int, found.groups()))


@pytest.mark.parametrize("size", [None, 400, (300, 400)])
@pytest.mark.parametrize("levels", [1, 3])
def test_a_size_that_fits_is_named(settings, style, limit, monkeypatch, size, levels):
    limit(9)
    settings |= {"steps": 1, "levels": levels}
    content = picture(300, 400)
    with monkeypatch.context() as patch:
        patch.setattr(
            Problem, "objective", pytest.fail
        )  # it is refused before anything is evaluated
        fits = refused(MESSAGE, content, style, **settings, size=size)
    assert fits[1] == pytest.approx(fits[0] * 4 / 3, abs=1)
    assert transfer(content, style, **settings, size=fits).image.shape == (*fits, 3)
    refused("would fit", content, style, **settings, size=tuple(side * 6 // 5 for side in fits))


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "gradient_descent"])
@pytest.mark.parametrize("what", ["both", "content", "style", "roughness"])
def test_what_is_announced_is_enough_and_not_much_too_much(settings, limit, optimizer, what):
    content = None if what == "style" else picture(128, 160)
    style = None if what in ("content", "roughness") else picture(48, 64)
    settings |= {"optimizer": optimizer, "steps": 12, "size": (128, 160), "tv": 1.0}
    if what == "roughness":
        settings |= {"alpha": 0.0}
    transfer(content, style, **settings)
    tracemalloc.start()
    transfer(content, style, **settings)
    measured = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    limit(measured * 0.9)
    refused("needs about", content, style, **settings)
    limit(measured * 3)
    transfer(content, style, **settings)


def test_a_style_picture_that_is_too_large_says_what_to_do_about_it(settings, content, limit):
    limit(9)
    settings |= {"steps": 1}
    style = picture(600, 800)
    pattern = r"a style picture of 600 × 800 pixels needs .* datasets\.shrink\(style, (\d+)\) would"
    (fits,) = refused(pattern, content, style, **settings)
    assert transfer(content, style[: fits * 3 // 4, :fits], **settings)


def test_memory_that_runs_out_on_the_way_gives_the_same_sentence(
    settings, style, limit, monkeypatch
):
    limit(1000)

    def run_out(*arguments):
        raise MemoryError("Unable to allocate")

    monkeypatch.setattr("minidl.style.objective.content_cost", run_out)
    fits = refused(MESSAGE, picture(300, 400), style, **settings)
    assert 150 < fits[0] < 250


def test_numbers_of_float64_take_twice_as_much(settings, style, limit):
    limit(9)
    content, found = picture(300, 400), []
    for dtype in (np.float32, np.float64):
        network = make_network(dtype)
        found.append(refused(MESSAGE, content, style, **settings | {"network": network}))
    assert found[0][0] == pytest.approx(found[1][0] * 2**0.5, rel=0.02)

"""A step of style transfer is short enough to be followed: few files, few calls."""

from minidl import style
from minidl.style.run import Run
from tests.calls import calls_above_kernels, of_the_house
from tests.style.examples import picture


def test_a_step_of_lbfgs_takes_few_calls_in_few_files(monkeypatch):
    """The kernels' own are theirs to count; with them it is some 600 more."""
    counted, advance = [], Run.advance

    def counting(run):
        before = run.evaluations
        calls = calls_above_kernels(lambda: advance(run))
        if run.evaluations == before + 1:  # a line search that needed one evaluation, the usual
            counted.append(calls)

    monkeypatch.setattr(Run, "advance", counting)
    style.transfer(
        picture(64, 64), picture(64, 64, seed=1), network="small", steps=15, progress=False
    )
    last = counted[-1]  # with all ten pairs in L-BFGS's memory
    assert len(counted) > 8 and last.total() <= 290, last
    assert len(of_the_house(last)) <= 15, of_the_house(last)

"""Taking a run to its end: progress, interrupts, checkpoints."""

from minidl.nn.progress import Bar, progress_bar
from minidl.style.checkpoint import Checkpoint
from minidl.style.result import Result
from minidl.style.run import Run


def drive(run: Run, checkpoint: Checkpoint | None, progress: bool) -> Result:
    """Take all steps that the run has left and return the result; the best so far on an interrupt.

    An interrupt before the first picture was evaluated is passed on: there is nothing to return.
    """
    stopped = ""
    bar = progress_bar(progress, total=sum(level.steps for level in run.levels), unit="step")
    try:
        if checkpoint is None or not checkpoint.load(run):
            run.begin()
        _show(bar, run)
        while not run.done:
            run.advance()
            _show(bar, run)
            if checkpoint is not None:
                checkpoint.mark(run)
    except KeyboardInterrupt:
        if run.here is None:
            raise
        stopped = "interrupted"
    finally:
        bar.close()
        if checkpoint is not None:
            checkpoint.write()
    return run.result(stopped or ("converged" if run.stuck else "finished"))


def _show(bar: Bar, run: Run) -> None:
    height, width = run.levels[run.level].size
    costs = {name: f"{v:.3g}" for name, v in run.here.costs.items() if "/" not in name}
    bar.set_description(f"{height}×{width}", refresh=False)
    bar.set_postfix({"J": f"{run.here.value:.3g}", **costs}, refresh=False)
    bar.update(run.total_steps - bar.n)

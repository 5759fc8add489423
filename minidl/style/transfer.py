"""Neural style transfer: a picture with the content of one and the style of another."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.arguments import check_choice, check_int, check_ints, is_int
from minidl.nn.progress import Bar, progress_bar
from minidl.style.checkpoint import Checkpoint, identity
from minidl.style.conventions import CONVENTIONS
from minidl.style.costs import as_weight
from minidl.style.images import (
    Size,
    as_pixels,
    coarse_to_fine,
    final_size,
    start_pixels,
    style_pixels,
)
from minidl.style.networks import find_layers, find_network
from minidl.style.objective import Problem
from minidl.style.optimizers import OPTIMIZERS
from minidl.style.run import Level, Result, Run

COARSEST = 256  # pixels of the longer side with which a picture begins, unless told otherwise
FIRST, FURTHER = 100, 40  # steps at that size, and at each larger one


def transfer(
    content: np.ndarray | None,
    style: np.ndarray | Sequence[np.ndarray] | None,
    *,
    network: str | nn.Sequential = "vgg19",
    pooling: str | None = None,
    content_layer: str | None = None,
    style_layers: Sequence[str] | Mapping[str, float] | None = None,
    alpha: float = 1.0,
    beta: float | None = None,
    tv: float | None = None,
    margin: int | None = None,
    convention: str = "lecture",
    style_weights: Sequence[float] | None = None,
    keep_colours: bool = False,
    size: Size = None,
    levels: int | None = None,
    start: str | np.ndarray = "noise",
    seed: int = 0,
    optimizer: str = "lbfgs",
    lr: float | None = None,
    steps: int | Sequence[int] | None = None,
    frames: Iterable[int] = (),
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> Result:
    """Paint G: minimise J(G) = α·J_content(C, G) + β·Σ λ·J_style(S, G) + tv·TV(G) over its pixels.

    Interrupt (the notebook's stop button, Ctrl-C) ends the run and returns the best picture so far.

    Args:
        content: C, a picture ``(H, W, 3)`` or ``(H, W)``, uint8 or floats 0…255. None for style
            alone: a texture.
        style: S, such a picture of any size, or several to be mixed. None for content alone: what a
            layer knows of C.
        network: ``"vgg19"`` (fetched once), ``"small"`` (part of the project), or a frozen network
            of your own that takes pixels ``(1, H, W, 3)``, 0…255.
        pooling: of the named networks, ``"average"`` (the default) or ``"max"``.
        content_layer: the layer l of J_content.
        style_layers: the layers of J_style: names, which then weigh the same, or ``{name: λ}``.
            Without it, those of the network's recipe (``RECIPES``).
        alpha, beta: α and β in the ``convention``. β = None is the recipe's, which grows with G
            because J_content, a sum over positions, does.
        tv: weight of the total variation, which smooths. None is the recipe's, which grows with β.
        margin: pixels of mirror image around every picture, so that no frame is painted where a
            picture ends. Without it, the recipe's.
        convention: whose scaling of the costs α and β are meant for: ``"lecture"``, ``"gatys"``,
            ``"coursera"`` or ``"johnson"``.
        style_weights: how much each of several styles counts; they are scaled to sum to 1.
        keep_colours: give the style pictures the colours of C first.
        size: of G: (height, width), or one number for its longer side. Without it, that of C. C is
            resized to it; S is not.
        levels: 2 begins at half the size, 3 at a quarter, and so on: large forms first, and soon.
            Without it, as many as bring the longer side down to 256 pixels.
        start: ``"noise"``, ``"content"``, or a picture to go on from.
        seed: of the noise.
        optimizer: ``"lbfgs"``, ``"adam"`` or ``"gradient_descent"``.
        lr: grey levels by which a pixel moves, about: in each of Adam's steps (8), in the others'
            first one (4), after which they find their own.
        steps: for each level, or one number for all. Without it, 100 for the first level and 40 for
            each further one.
        frames: numbers of steps after which to keep the picture.
        checkpoint: an .npz file, written every 20 seconds and at the end. If it is there already,
            the run goes on from it, and ends with the same bits as one that was never stopped. If
            it cannot be written during the run, a warning says so.
        progress: whether to show a bar with the costs and the time left.

    Returns:
        The ``Result``: the best picture, the history of every cost, the frames.

    Raises:
        TypeError, ValueError: for arguments that do not fit, saying what to do.
        OSError: if the checkpoint cannot be written, before any step.
        nn.WeightFileError: if the checkpoint is damaged, or is that of other pictures or settings,
            saying which (other ``steps`` and ``frames`` are fine: the run goes on).
        MemoryError: if so large a picture needs more memory than there is, saying which size fits.
    """
    alpha = as_weight(alpha, "alpha")
    tv = None if tv is None else as_weight(tv, "tv")
    beta = None if beta is None else as_weight(beta, "beta")
    lr = None if lr is None else as_weight(lr, "lr")
    check_choice(optimizer, "optimizer", OPTIMIZERS)
    check_choice(convention, "convention", CONVENTIONS)
    net, recipe = find_network(network, pooling)
    content_layer, lambdas = find_layers(net, recipe, content_layer, style_layers)
    c = None if content is None else as_pixels(content, "content", net.dtype)
    styles, shares = style_pixels(style, style_weights, keep_colours, c, net.dtype)
    full = final_size(size, c)
    problem = Problem(
        network=net,
        size=full,
        content=c,
        content_layer=content_layer,
        styles=styles,
        shares=shares,
        lambdas=lambdas,
        alpha=alpha,
        beta=beta,
        tv=tv,
        margin=recipe.margin if margin is None else check_int(margin, "margin", 0),
        convention=CONVENTIONS[convention],
        recipe=recipe,
    )
    plan = plan_levels(problem, steps, levels)
    first = start_pixels(start, plan[0].size, c, seed, net.dtype)
    run = Run(plan, partial(OPTIMIZERS[optimizer], lr), first, frames)
    saved = None
    if checkpoint is not None:
        sizes = [level.size for level in plan]
        saved = Checkpoint(checkpoint, identity(problem, first, sizes, optimizer, lr))
    with problem.memory_guard():
        return minimise(run, saved, progress)


def plan_levels(
    problem: Problem, steps: int | Sequence[int] | None, levels: int | None
) -> list[Level]:
    """Return the levels from coarse to fine, each with its size and its number of steps."""
    levels = halvings(problem.size) + 1 if levels is None else check_int(levels, "levels")
    steps = (FIRST, *[FURTHER] * (levels - 1)) if steps is None else steps
    counts = check_ints(steps, "steps", 0) * (levels if is_int(steps) else 1)
    if len(counts) != levels:
        raise ValueError(
            f"steps must be one number or {levels}, one for each level from coarse to fine, got "
            f"{steps!r}."
        )
    sizes = coarse_to_fine(problem.size, levels)
    return [Level(s, n, partial(problem.objective, s)) for s, n in zip(sizes, counts, strict=True)]


def halvings(size: tuple[int, int]) -> int:
    """Return how often a size is halved until its longer side is at most ``COARSEST`` pixels."""
    return max(0, math.ceil(math.log2(max(size) / COARSEST)))


def minimise(run: Run, checkpoint: Checkpoint | None, progress: bool) -> Result:
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

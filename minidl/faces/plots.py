"""Figures that the face notebooks share; each draws on an axis that it is given."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from minidl.faces.roc import Roc

SAME, DIFFERENT = "#0072B2", "#D55E00"


def histogram(
    axis: Axes, distances: np.ndarray, same: np.ndarray, threshold: float | None = None
) -> None:
    """Draw how distances are spread, for pairs of one person and of two; τ as a line.

    Each kind adds up to 1, however many pairs it has.
    """
    bins = np.linspace(0, float(distances.max()), 61)
    for kind, colour, name in ((same, SAME, "one person"), (~same, DIFFERENT, "two people")):
        weights = np.full(kind.sum(), 1 / kind.sum())
        axis.hist(distances[kind], bins, weights=weights, color=colour, alpha=0.6, label=name)
    if threshold is not None:
        axis.axvline(threshold, color="black", linestyle="--", label=f"τ = {threshold:.2f}")
    axis.set(xlabel="squared distance d", ylabel="share of the pairs")
    axis.legend()


def roc_curves(axis: Axes, curves: Mapping[str, Roc], lowest: float = 1e-4) -> None:
    """Draw true accepts against false accepts on a logarithmic scale; dots at the equal error."""
    for name, curve in curves.items():
        rate, _ = curve.equal_error()
        (line,) = axis.plot(curve.false_accept, curve.true_accept, label=f"{name}: EER {rate:.1%}")
        axis.plot(rate, 1 - rate, "o", color=line.get_color())
    axis.set(
        xscale="log",
        xlim=(lowest, 1),
        ylim=(0, 1.02),
        xlabel="false accepts (share of pairs of two people)",
        ylabel="true accepts (share of pairs of one)",
    )
    axis.legend(loc="lower right")


def training(axes: np.ndarray, curves: Mapping[str, list[float]], margin: float) -> None:
    """Draw what a ``Monitor`` noted: loss against the margin, distances, share of active triplets.

    axes: three of them.
    """
    steps = np.arange(1, len(curves["loss"]) + 1)
    axes[0].plot(steps, curves["loss"], label="loss a triplet")
    axes[0].axhline(margin, color="black", linestyle="--", label=f"margin α = {margin:g}")
    axes[0].set(ylabel="loss", ylim=(0, None))
    near, far, spread = (np.array(curves[name]) for name in ("near", "far", "spread"))
    axes[1].plot(steps, far, color=DIFFERENT, label="two people")
    axes[1].fill_between(steps, far - spread, far + spread, color=DIFFERENT, alpha=0.15)
    axes[1].plot(steps, near, color=SAME, label="one person")
    axes[1].set(ylabel="mean d (squared)", ylim=(0, None))
    axes[2].plot(steps, curves["active"], color="#009E73")
    axes[2].set(ylabel="active triplets", ylim=(0, 1.02))
    for axis in axes:
        axis.set_xlabel("batch")
    for axis in axes[:2]:
        axis.legend()


def people_map(axis: Axes, points: np.ndarray, labels: np.ndarray) -> None:
    """Draw points ``(N, 2)``: a colour and a mark for each person, lines to the person's middle."""
    colours = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9")
    marks = "osD^vP"
    for k, person in enumerate(np.unique(labels)):
        own = points[labels == person]
        style = {"color": colours[k % 6], "zorder": 3, "s": 26}
        axis.scatter(*own.T, marker=marks[(k // 6) % 6], **style)
        for point in own:
            axis.plot(*np.stack([own.mean(axis=0), point]).T, color=colours[k % 6], lw=0.6)

"""The look that all figures of the course have."""

import matplotlib.pyplot as plt
from cycler import cycler

# Okabe and Ito's colours, which colour-blind readers tell apart; black comes last
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")

STYLE = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "font.size": 11,
    "legend.frameon": False,
    "image.cmap": "viridis",
    "figure.figsize": (7, 4),
    "figure.constrained_layout.use": True,
}


def style() -> None:
    """Give the figures made from here on the course's look."""
    plt.rcParams.update(STYLE)

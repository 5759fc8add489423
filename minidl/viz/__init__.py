"""What the notebooks show with: a common look, figures with words, sliders, animations."""

from minidl.viz.animation import animate
from minidl.viz.display import explore, live, show
from minidl.viz.encode import encode
from minidl.viz.pictures import pictures
from minidl.viz.theme import COLOURS, style

__all__ = ["COLOURS", "animate", "encode", "explore", "live", "pictures", "show", "style"]

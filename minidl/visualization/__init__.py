"""What hidden units see: the lecture's part 2."""

from minidl.visualization.activation_maximization import maximize_activation
from minidl.visualization.image_grid import filter_pictures, image_grid, signed_picture
from minidl.visualization.objectives import Objective, channel, diversity, position
from minidl.visualization.receptive_field import (
    ReceptiveField,
    field_slices,
    receptive_field,
    visible,
)
from minidl.visualization.saliency import (
    METHODS,
    one_unit,
    randomised,
    rank_correlation,
    saliency_map,
)
from minidl.visualization.top_patches import TopPatches, load_patches, save_patches, top_patches

__all__ = [
    "METHODS",
    "Objective",
    "ReceptiveField",
    "TopPatches",
    "channel",
    "diversity",
    "field_slices",
    "filter_pictures",
    "image_grid",
    "load_patches",
    "maximize_activation",
    "one_unit",
    "position",
    "randomised",
    "rank_correlation",
    "receptive_field",
    "saliency_map",
    "save_patches",
    "signed_picture",
    "top_patches",
    "visible",
]

"""What hidden units see: the lecture's part 2."""

from minidl.units.excite import excite
from minidl.units.gradient_pictures import (
    METHODS,
    gradient_picture,
    one_unit,
    randomised,
    rank_correlation,
)
from minidl.units.occlusion import occlusion_map
from minidl.units.plates import filter_pictures, plate, signed_picture
from minidl.units.receptive_field import ReceptiveField, patch, receptive_field, visible
from minidl.units.top_patches import TopPatches, load_patches, save_patches, top_patches

__all__ = [
    "METHODS",
    "ReceptiveField",
    "TopPatches",
    "excite",
    "filter_pictures",
    "gradient_picture",
    "load_patches",
    "occlusion_map",
    "one_unit",
    "patch",
    "plate",
    "randomised",
    "rank_correlation",
    "receptive_field",
    "save_patches",
    "signed_picture",
    "top_patches",
    "visible",
]

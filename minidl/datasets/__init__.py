"""Pictures, signals and volumes to learn from, most of them drawn by our own code."""

from minidl.datasets.drawn_body import phantom
from minidl.datasets.drawn_ecg import ecg
from minidl.datasets.drawn_faces import faces
from minidl.datasets.drawn_volumes import volumes
from minidl.datasets.images import read_folder, read_image, resize, save_image
from minidl.datasets.paintings import painting

__all__ = [
    "ecg",
    "faces",
    "painting",
    "phantom",
    "read_folder",
    "read_image",
    "resize",
    "save_image",
    "volumes",
]

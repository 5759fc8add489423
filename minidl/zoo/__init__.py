"""Real networks and real data: fetched and verified, their formats decoded, and the networks."""

from minidl.zoo.asset import Asset, AssetError, Package
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder
from minidl.zoo.detector_network import face_detector
from minidl.zoo.face_network import FACE_THRESHOLD, FaceNetwork, face_resnet
from minidl.zoo.fetching import fetch
from minidl.zoo.medical import LEADS, brain, ct_slice, ecg
from minidl.zoo.photos import PHOTOS, credits, photo
from minidl.zoo.shape_predictor import ShapePredictor, face_landmarks
from minidl.zoo.small_alexnet import small_alexnet
from minidl.zoo.vgg import vgg19

__all__ = [
    "ASSETS",
    "FACE_THRESHOLD",
    "LEADS",
    "PHOTOS",
    "Asset",
    "AssetError",
    "FaceNetwork",
    "Package",
    "ShapePredictor",
    "brain",
    "cache_folder",
    "credits",
    "ct_slice",
    "ecg",
    "face_detector",
    "face_landmarks",
    "face_resnet",
    "fetch",
    "photo",
    "small_alexnet",
    "vgg19",
]

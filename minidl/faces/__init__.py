"""Face verification and recognition: the lecture's part 1."""

from minidl.faces.alignment import align, similarity
from minidl.faces.batches import people_batches
from minidl.faces.cross_validation import CrossValidation, cross_validate
from minidl.faces.descriptors import Describer, Faces, describe
from minidl.faces.detector import Detections, detect
from minidl.faces.distances import pair_distances, squared_distances, squared_distances_backward
from minidl.faces.dyadic_variance import dyadic_variance, interval_by_people
from minidl.faces.encoder import encode, face_encoder, fingerprint, pixels_to_input
from minidl.faces.folder import FolderReport, describe_folder
from minidl.faces.gallery import Gallery, Match
from minidl.faces.gallery_folder import GalleryFolder
from minidl.faces.gradient_caching import part_by_part
from minidl.faces.grouping import group_people
from minidl.faces.identification import identification_rates
from minidl.faces.landmarks import find_landmarks
from minidl.faces.lfw import lfw_accuracy
from minidl.faces.mining import MINERS, batch_all, batch_hard, random_triplets, semi_hard
from minidl.faces.monitor import Monitor
from minidl.faces.neighbors import nearest
from minidl.faces.pairs import Pairs, all_pairs, fold_pairs
from minidl.faces.pretrained import trained_encoder
from minidl.faces.roc import OperatingPoint, Roc, best_threshold, equal_error_rate, interval, roc
from minidl.faces.training import shift, train_with_triplets
from minidl.faces.triplets import Triplets, triplet_cost
from minidl.faces.verification_head import (
    Head,
    absolute_difference,
    absolute_difference_backward,
    chi_square,
    crelu,
)

__all__ = [
    "MINERS",
    "CrossValidation",
    "Describer",
    "Detections",
    "Faces",
    "FolderReport",
    "Gallery",
    "GalleryFolder",
    "Head",
    "Match",
    "Monitor",
    "OperatingPoint",
    "Pairs",
    "Roc",
    "Triplets",
    "absolute_difference",
    "absolute_difference_backward",
    "align",
    "all_pairs",
    "batch_all",
    "batch_hard",
    "best_threshold",
    "chi_square",
    "crelu",
    "cross_validate",
    "describe",
    "describe_folder",
    "detect",
    "dyadic_variance",
    "encode",
    "equal_error_rate",
    "face_encoder",
    "find_landmarks",
    "fingerprint",
    "fold_pairs",
    "group_people",
    "identification_rates",
    "interval",
    "interval_by_people",
    "lfw_accuracy",
    "nearest",
    "pair_distances",
    "part_by_part",
    "people_batches",
    "pixels_to_input",
    "random_triplets",
    "roc",
    "semi_hard",
    "shift",
    "similarity",
    "squared_distances",
    "squared_distances_backward",
    "train_with_triplets",
    "trained_encoder",
    "triplet_cost",
]

"""Layers, networks, losses, optimisers and training; thin over ``minidl.functional``."""

from minidl.nn.activations import Flatten, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from minidl.nn.checkpoint import History
from minidl.nn.conv import (
    Conv1D,
    Conv2D,
    Conv3D,
    ConvTranspose1D,
    ConvTranspose2D,
    ConvTranspose3D,
)
from minidl.nn.dense import Affine, Dense
from minidl.nn.gradient_check import GradientReport, gradient_check
from minidl.nn.graph import Node
from minidl.nn.layer import Layer
from minidl.nn.losses import (
    binary_cross_entropy,
    contrastive_loss,
    softmax_cross_entropy,
)
from minidl.nn.network import Sequential
from minidl.nn.normalization import BatchNorm, Dropout, L2Normalize
from minidl.nn.optimizers import Adam, GradientDescent, Momentum, Optimizer, RMSProp
from minidl.nn.parameter import Parameter
from minidl.nn.pool import (
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    GlobalAvgPool,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
)
from minidl.nn.residual import Add, Residual
from minidl.nn.schedules import cosine
from minidl.nn.summary import Summary
from minidl.nn.trace import Trace
from minidl.nn.training import fit, shuffled_batches
from minidl.nn.weights import WeightFileError, read_arrays, write_arrays

__all__ = [
    "Adam",
    "Add",
    "Affine",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "ConvTranspose1D",
    "ConvTranspose2D",
    "ConvTranspose3D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "GradientDescent",
    "GradientReport",
    "History",
    "L2Normalize",
    "Layer",
    "LeakyReLU",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "Momentum",
    "Node",
    "Optimizer",
    "Parameter",
    "RMSProp",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Summary",
    "Tanh",
    "Trace",
    "WeightFileError",
    "binary_cross_entropy",
    "contrastive_loss",
    "cosine",
    "fit",
    "gradient_check",
    "read_arrays",
    "shuffled_batches",
    "softmax_cross_entropy",
    "write_arrays",
]

"""minidl's side of the benchmarks: for each case, the function to be timed."""

import cases
import numpy as np
from networks import VGG_BLOCKS, VGG_CONTENT, VGG_STYLE, face_pictures, vgg_weights

import minidl.functional as F
from minidl import kernels, nn


def set_threads(count: int) -> None:
    kernels.set_threads(count)


def numbers(rng, *shape) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


def conv(case: cases.Conv) -> dict:
    """Return a function for each pass."""
    rng = np.random.default_rng(0)
    rank = len(case.size)
    x = numbers(rng, case.batch, *case.size, case.channels)
    w = numbers(rng, *[case.kernel] * rank, case.channels, case.filters)
    options = {"stride": case.stride, "padding": case.kernel // 2}
    y, cache = F.conv(x, w, **options)
    dy = numbers(rng, *y.shape)
    return {
        "forward": lambda: F.conv(x, w, **options)[0],
        "to input": lambda: F.conv_backward(dy, cache, need=("x",))[0],
        "to weights": lambda: F.conv_backward(dy, cache, need=("w",))[1],
    }


def conv_errors(case: cases.Conv) -> dict:
    """Return, for each pass, the largest error over the root mean square of a float64 result."""
    rng = np.random.default_rng(0)
    rank = len(case.size)
    x = numbers(rng, case.batch, *case.size, case.channels)
    w = numbers(rng, *[case.kernel] * rank, case.channels, case.filters)
    options = {"stride": case.stride, "padding": case.kernel // 2}
    y, cache = F.conv(x, w, **options)
    dy = numbers(rng, *y.shape)
    results = (y, *F.conv_backward(dy, cache)[:2])
    true_y, true_cache = F.conv(x.astype(float), w.astype(float), **options)
    truth = (true_y, *F.conv_backward(dy.astype(float), true_cache)[:2])
    return {
        name: float(np.abs(a - b).max() / np.sqrt(np.mean(b**2)))
        for name, a, b in zip(cases.PASSES, results, truth, strict=True)
    }


def layer(case: cases.Layer) -> dict:
    """Return a function for each direction."""
    rng = np.random.default_rng(0)
    x = numbers(rng, case.batch, *case.size, case.channels)
    if case.kind == "batch norm":
        ones, zeros = np.ones(case.channels, np.float32), np.zeros(case.channels, np.float32)

        def forward():
            return F.batch_norm(x, ones, zeros, zeros, ones, training=True)

        backward = F.batch_norm_backward
    else:
        pool = F.max_pool if case.kind == "max pool" else F.avg_pool
        backward = F.max_pool_backward if case.kind == "max pool" else F.avg_pool_backward

        def forward():
            return pool(x, case.kernel, stride=case.stride)

    y, cache = forward()
    dy = numbers(rng, *y.shape)
    return {"forward": forward, "backward": lambda: backward(dy, cache)}


def vgg() -> nn.Sequential:
    """Return VGG-19 to conv5_1 with random weights."""
    layers = []
    for block, convolutions in enumerate(VGG_BLOCKS, start=1):
        for place, filters in enumerate(convolutions, start=1):
            name = f"conv{block}_{place}"
            layers.append(
                nn.Conv2D(filters, 3, padding=1, activation="relu", init="zeros", name=name)
            )
        if block < len(VGG_BLOCKS):
            layers.append(nn.MaxPool2D(2, name=f"pool{block}"))
    net = nn.Sequential(layers, input_shape=(None, None, 3))
    for name, w in vgg_weights():
        net.parameters[f"{name}/w"].value = w
    return net.freeze()


def style_step(pixels: int, batch: int = 1):
    """Return a function: J and its gradient to the pixels of a picture (of several: of a sum)."""
    from minidl.style.objective import Objective

    net = vgg()
    if batch > 1:
        return batch_step(net, pixels, batch)
    rng = np.random.default_rng(0)
    picture = rng.uniform(-1, 1, (1, pixels, pixels, 3)).astype(np.float32)
    seen = net.trace(picture[:, ::-1].copy(), (*VGG_STYLE, VGG_CONTENT), keep=False).activations
    style = {}
    for layer_ in VGG_STYLE:
        rows = seen[layer_].reshape(-1, seen[layer_].shape[-1])
        style[layer_] = rows.T @ rows / np.float32(len(rows))
    content = {VGG_CONTENT: seen[VGG_CONTENT]}
    objective = Objective(net, content, style, dict.fromkeys(VGG_STYLE, 0.2), 1.0, 1e3)
    return lambda: objective(picture).gradient


def batch_step(net: nn.Sequential, pixels: int, batch: int):
    """Return a function: a batch forwards to conv5_1, and a gradient back to its pixels."""
    x = numbers(np.random.default_rng(0), batch, pixels, pixels, 3)

    def step():
        seen = net.forward(x, taps=("conv5_1",))
        return net.backward(seen, release=True)

    return step


def training(batch: int = 64):
    """Return a function: one step of Siamese training with triplets, and its pictures."""
    from minidl.faces.distances import squared_distances
    from minidl.faces.encoder import face_encoder, pixels_to_input
    from minidl.faces.mining import MINERS
    from minidl.faces.triplets import triplet_cost

    images, labels = face_pictures(batch)
    net = face_encoder().train()
    optimizer = nn.Adam(net.parameters, 1e-3)
    rng = np.random.default_rng(0)
    mine = MINERS["batch-hard"]

    def step():
        encodings = net.forward(pixels_to_input(images))
        d = squared_distances(encodings)
        triplets = mine(d, labels, 0.2, rng)
        loss, gradient, _ = triplet_cost(encodings, triplets, 0.2, distances=d)
        net.zero_grad()
        net.backward(gradient, need_input=False, release=True)
        optimizer.step()
        return loss

    return step

"""PyTorch's side of the benchmarks: for each case, the functions to be timed, one per layout."""

import cases
import numpy as np
import torch
import torch.nn.functional as F
from networks import VGG_BLOCKS, VGG_CONTENT, VGG_STYLE, face_pictures, vgg_weights

VERSION = torch.__version__
LAST = {2: torch.channels_last, 3: torch.channels_last_3d}


def set_threads(count: int) -> None:
    torch.set_num_threads(count)


def layouts(rank: int):
    """Return both memory formats; signals may be laid out as pictures of one row."""
    return (torch.contiguous_format, LAST[max(rank, 2)])


def drawn(*shape, memory_format=torch.contiguous_format) -> torch.Tensor:
    return torch.randn(*shape).contiguous(memory_format=memory_format)


@torch.no_grad()
def conv(case: cases.Conv) -> dict:
    """Return functions for each pass."""
    passes = {name: [] for name in cases.PASSES}
    for layout in layouts(len(case.size)):
        flat = len(case.size) == 1 and layout is torch.channels_last
        size = (1, *case.size) if flat else case.size
        kernel = (1, case.kernel) if flat else (case.kernel,) * len(size)
        padding = [k // 2 for k in kernel]
        stride = [1, case.stride] if flat else [case.stride] * len(size)
        if len(size) == 1:
            layout = torch.contiguous_format
        x = drawn(case.batch, case.channels, *size, memory_format=layout)
        w = drawn(case.filters, case.channels, *kernel, memory_format=layout)
        run = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[len(size)]
        dy = torch.randn_like(run(x, w, None, stride, padding))
        settings = (None, stride, padding, [1] * len(size), False, [0] * len(size), 1)

        def backward(mask, x=x, w=w, dy=dy, settings=settings):
            return torch.ops.aten.convolution_backward(dy, x, w, *settings, mask)

        def forward(run=run, x=x, w=w, stride=stride, padding=padding):
            return run(x, w, None, stride, padding)

        passes["forward"].append(forward)
        passes["to input"].append(lambda back=backward: back([True, False, False]))
        passes["to weights"].append(lambda back=backward: back([False, True, False]))
    return passes


def layer(case: cases.Layer) -> dict:
    """Return functions for each direction."""
    passes = {"forward": [], "backward": []}
    rank = len(case.size)
    for layout in layouts(rank):
        x = drawn(case.batch, case.channels, *case.size, memory_format=layout).requires_grad_()
        if case.kind == "batch norm":
            module = {2: torch.nn.BatchNorm2d, 3: torch.nn.BatchNorm3d}[rank](case.channels)
        else:
            kinds = {
                ("max pool", 2): torch.nn.MaxPool2d,
                ("max pool", 3): torch.nn.MaxPool3d,
                ("average pool", 2): torch.nn.AvgPool2d,
            }
            module = kinds[case.kind, rank](case.kernel, case.stride)
        y = module(x)
        dy = torch.randn_like(y)

        def backward(x=x, y=y, dy=dy):
            return torch.autograd.grad(y, x, dy, retain_graph=True)

        passes["forward"].append(lambda module=module, x=x: module(x))
        passes["backward"].append(backward)
    return passes


def style_step(pixels: int, batch: int = 1) -> list:
    """Return functions: J and its gradient to the pixels of a picture (of several: of a sum).

    The layouts share nothing, so each is made when it is called first.
    """

    def later(layout):
        made = []

        def step():
            if not made:
                made.append(_style_step(pixels, batch, layout))
            return made[0]()

        return step

    return [later(layout) for layout in layouts(2)]


def _style_step(pixels, batch, layout):
    weights = {
        name: torch.from_numpy(w.transpose(3, 2, 0, 1).copy()).contiguous(memory_format=layout)
        for name, w in vgg_weights()
    }
    biases = {name: torch.zeros(len(w)) for name, w in weights.items()}

    def activations(x):
        seen = {}
        for block, convolutions in enumerate(VGG_BLOCKS, start=1):
            for place in range(1, len(convolutions) + 1):
                name = f"conv{block}_{place}"
                x = F.relu_(F.conv2d(x, weights[name], biases[name], padding=1))
                seen[name] = x
            if block < len(VGG_BLOCKS):
                x = F.max_pool2d(x, 2)
        return seen

    def gram(a):
        rows = a.permute(0, 2, 3, 1).reshape(-1, a.shape[1])
        return rows.T @ rows / len(rows)

    picture = (torch.rand(batch, 3, pixels, pixels) * 2 - 1).contiguous(memory_format=layout)
    if batch > 1:

        def batch_step():
            x = picture.detach().requires_grad_()
            (activations(x)["conv5_1"].square().sum() / 2).backward()
            return x.grad

        return batch_step
    with torch.no_grad():
        seen = activations(picture.flip(2))
        style = {name: gram(seen[name]) for name in VGG_STYLE}
        content = seen[VGG_CONTENT].clone()
    del seen

    def step():
        x = picture.detach().requires_grad_()
        seen = activations(x)
        cost = 0.5 * (seen[VGG_CONTENT] - content).square().sum()
        for name in VGG_STYLE:
            channels = seen[name].shape[1]
            difference = gram(seen[name]) - style[name]
            cost = cost + 200.0 * difference.square().sum() / (4 * channels**2)
        cost.backward()
        return x.grad

    return step


def training(batch: int = 64) -> list:
    """Return functions: one step of Siamese training with triplets."""
    images, labels = face_pictures(batch)
    return [_training(images, labels, layout) for layout in layouts(2)]


def _training(images, labels, layout):
    def stage(channels, filters, kernel, stride=1):
        return [
            torch.nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False),
            torch.nn.BatchNorm2d(filters),
            torch.nn.ReLU(inplace=True),
            torch.nn.MaxPool2d(2),
        ]

    net = torch.nn.Sequential(
        *stage(3, 32, 5, 2),
        *stage(32, 64, 3),
        *stage(64, 128, 3),
        torch.nn.Flatten(),
        torch.nn.Linear(128 * 9, 128),
    ).to(memory_format=layout)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    same = torch.from_numpy(np.equal.outer(labels, labels))
    itself = torch.eye(len(labels), dtype=torch.bool)
    raw = torch.from_numpy(images)

    def step():
        x = raw.permute(0, 3, 1, 2).to(torch.float32, memory_format=layout) / 127.5 - 1
        f = F.normalize(net(x))
        d = (2 - 2 * f @ f.T).clamp_min(0)
        positive = d.masked_fill(~same | itself, -1).max(1).values
        negative = d.masked_fill(same, 9).min(1).values
        loss = (positive - negative + 0.2).clamp_min(0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step

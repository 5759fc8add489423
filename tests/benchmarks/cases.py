"""What is measured: names and sizes, the same for minidl and for its peer."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Conv:
    """A convolution, measured forward and in both gradients; padding keeps sizes at stride 1."""

    batch: int
    size: tuple[int, ...]
    channels: int
    filters: int
    kernel: int = 3
    stride: int = 1

    @property
    def name(self) -> str:
        """Return what a reader wants to know, in one line."""
        size = "×".join(map(str, self.size))
        kernel = "×".join([str(self.kernel)] * len(self.size))
        step = f" /{self.stride}" if self.stride > 1 else ""
        return f"{self.batch} of {size}, {self.channels}→{self.filters}, {kernel}{step}"

    def multiplications(self) -> int:
        """Return how many multiplications the definition asks for, in each of the three passes."""
        positions = self.batch
        for size in self.size:
            positions *= -(-size // self.stride)
        return positions * self.channels * self.filters * self.kernel ** len(self.size)


@dataclass(frozen=True)
class Layer:
    """A pooling or normalising layer, forward and backward."""

    kind: str  # "max pool", "average pool" or "batch norm"
    batch: int
    size: tuple[int, ...]
    channels: int
    kernel: int = 2
    stride: int = 2

    @property
    def name(self) -> str:
        """Return what a reader wants to know, in one line."""
        size = "×".join(map(str, self.size))
        window = "" if self.kind == "batch norm" else f", {self.kernel} /{self.stride}"
        return f"{self.kind} {self.batch} of {size}×{self.channels}{window}"


PASSES = ("forward", "to input", "to weights")
CONVOLUTIONS = [
    # VGG-19 at 224 pixels
    Conv(1, (224, 224), 3, 64),
    Conv(1, (224, 224), 64, 64),
    Conv(1, (112, 112), 64, 128),
    Conv(1, (112, 112), 128, 128),
    Conv(1, (56, 56), 128, 256),
    Conv(1, (56, 56), 256, 256),
    Conv(1, (28, 28), 256, 512),
    Conv(1, (28, 28), 512, 512),
    Conv(1, (14, 14), 512, 512),
    # training
    Conv(32, (64, 64), 3, 16),
    Conv(32, (48, 48), 3, 32, kernel=5, stride=2),
    Conv(32, (32, 32), 3, 32),
    Conv(32, (32, 32), 32, 32),
    Conv(32, (16, 16), 32, 64),
    Conv(32, (8, 8), 64, 128),
    # one and three dimensions
    Conv(32, (1000,), 1, 16, kernel=7),
    Conv(32, (500,), 16, 32, kernel=5),
    Conv(32, (250,), 32, 64, kernel=5),
    Conv(4, (32, 32, 32), 1, 16),
    Conv(4, (16, 16, 16), 16, 32),
    Conv(4, (8, 8, 8), 32, 64),
    # stride 2 and 1×1
    Conv(1, (150, 150), 3, 32, kernel=7, stride=2),
    Conv(1, (56, 56), 64, 128, stride=2),
    Conv(32, (16, 16), 64, 64, stride=2),
    Conv(1, (56, 56), 64, 256, kernel=1),
    Conv(1, (28, 28), 512, 128, kernel=1),
    Conv(32, (16, 16), 64, 64, kernel=1),
]

LAYERS = [
    Layer("max pool", 1, (224, 224), 64),
    Layer("max pool", 32, (32, 32), 32),
    Layer("max pool", 8, (72, 72), 32, kernel=3),
    Layer("max pool", 4, (32, 32, 32), 16),
    Layer("average pool", 1, (224, 224), 64),
    Layer("average pool", 32, (32, 32), 32),
    Layer("batch norm", 32, (32, 32), 32),
    Layer("batch norm", 64, (12, 12), 64),
]

STYLE_SIZES = [128, 256, 384]
GROWTH = [(1, 64), (1, 128), (1, 256), (1, 512), (4, 128), (16, 128), (64, 64)]  # batch, pixels


def as_dict(case: Conv | Layer) -> dict:
    """Return a case as plain data, to be sent to a worker."""
    return {"type": type(case).__name__, **asdict(case)}


def from_dict(data: dict) -> Conv | Layer:
    """Return the case that ``as_dict`` took apart."""
    data = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    kind = data.pop("type")
    return {"Conv": Conv, "Layer": Layer}[kind](**data)

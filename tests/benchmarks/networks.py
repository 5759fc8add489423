"""The networks and data that both sides measure, made from seeds."""

import numpy as np

VGG_BLOCKS = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,))
VGG_STYLE = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
VGG_CONTENT = "conv4_2"
PEOPLE_PER_BATCH = 16


def vgg_weights():
    """Yield (name, w) for every convolution of VGG-19 to conv5_1, drawn with He's variance."""
    rng = np.random.default_rng(0)
    channels = 3
    for block, convolutions in enumerate(VGG_BLOCKS, start=1):
        for place, filters in enumerate(convolutions, start=1):
            w = rng.standard_normal((3, 3, channels, filters), dtype=np.float32)
            yield f"conv{block}_{place}", w * np.float32((2 / (9 * channels)) ** 0.5)
            channels = filters


def face_pictures(batch: int):
    """Return a batch of drawn faces, uint8 ``(batch, 48, 48, 3)``, and whose they are."""
    from minidl.datasets import faces

    images, labels, _ = faces(PEOPLE_PER_BATCH, batch // PEOPLE_PER_BATCH, seed=0)
    return images, labels

import numpy as np
import pytest

from minidl.datasets import faces as draw_faces
from minidl.faces import (
    all_pairs,
    encode,
    equal_error_rate,
    face_encoder,
    fingerprint,
    pretrained,
    squared_distances,
    trained_encoder,
)
from scripts import train_face_encoder


def error_rate(encodings, labels):
    pairs = all_pairs(labels)
    d = squared_distances(encodings)[pairs.first, pairs.second]
    return equal_error_rate(d, pairs.same)


def test_the_kept_weights_are_frozen():
    network = trained_encoder()
    assert all(not p.trainable for p in network.parameters.values())
    assert fingerprint(network) == fingerprint(trained_encoder())


def test_people_of_training_are_never_those_of_the_test():
    assert set(train_face_encoder.UNSEEN).isdisjoint(range(pretrained.PEOPLE))
    assert len(train_face_encoder.UNSEEN) == 200
    assert pretrained.PEOPLE * pretrained.PICTURES == 10_000


@pytest.mark.slow
def test_on_200_unseen_people_pixels_fail_and_the_kept_weights_do_not():
    images, labels, _ = draw_faces(train_face_encoder.UNSEEN, 10, seed=pretrained.SEED)
    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    assert error_rate(pixels, labels) >= 0.25
    assert error_rate(encode(trained_encoder(), images), labels) <= 0.03


def test_a_few_unseen_people_are_told_apart():
    images, labels, _ = draw_faces(range(1500, 1540), 4, seed=pretrained.SEED)
    assert error_rate(encode(trained_encoder(), images), labels) < 0.06
    assert error_rate(encode(face_encoder(seed=1), images), labels) > 0.2  # without training


def test_the_command_trains_writes_and_can_be_interrupted(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path))
    monkeypatch.setattr(train_face_encoder, "UNSEEN", range(1000, 1006))
    output = tmp_path / "weights.npz"
    error = train_face_encoder.train(2, output, people=8, progress=False)
    assert 0 <= error <= 1 and output.exists()
    assert not list(tmp_path.glob("face_encoder_*"))  # the checkpoint is gone
    network = face_encoder(pretrained.WIDTH)
    network.load(output)
    assert fingerprint(network) != fingerprint(face_encoder(pretrained.WIDTH))

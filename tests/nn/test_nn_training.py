"""The training loop: it learns, records, stops early, is interrupted cleanly, refuses nonsense."""

import numpy as np
import pytest

from minidl import nn
from tests.nn.network_checks import bits
from tests.nn.training_run import EPOCHS, make_data, make_network, train


def spirals(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved spirals: no straight line separates them."""
    rng = np.random.default_rng(seed)
    labels = np.arange(200) % 2
    t = rng.uniform(0.5, 2, 200) * np.pi
    points = np.stack([t * np.cos(t + np.pi * labels), t * np.sin(t + np.pi * labels)], axis=1)
    return (points / 4).astype(np.float32), labels


def test_a_small_network_learns_what_no_straight_line_can():
    x, labels = spirals(0)
    layers = [nn.Dense(32, init="he"), nn.ReLU(), nn.Dense(32, init="he"), nn.ReLU(), nn.Dense(2)]
    net = nn.Sequential(layers, input_shape=(2,))
    history = nn.fit(
        net,
        nn.shuffled_batches(x, labels, 50),
        nn.softmax_cross_entropy,
        nn.Adam(net.parameters, 0.01),
        epochs=60,
        progress=False,
    )
    assert history.epochs == 60
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    other, truth = spirals(1)
    assert (net.predict(other).argmax(axis=1) == truth).mean() > 0.95


def test_the_history_is_the_mean_loss_over_examples_and_what_validate_returns():
    x, labels = make_data()
    net = make_network()
    values = []

    def loss(logits, target):
        value, gradient = nn.softmax_cross_entropy(logits, target)
        values.append((value, len(target)))
        return value, 0 * gradient

    history = nn.fit(
        net,
        nn.shuffled_batches(x, labels, 16),
        loss,
        nn.GradientDescent(net.parameters, 0.1),
        epochs=2,
        validate=lambda n: {"number": np.float32(n.training), "ones": 1},
        progress=False,
    )
    assert [size for _, size in values] == [16, 16, 8] * 2
    for epoch, rows in enumerate((values[:3], values[3:])):
        assert history["loss"][epoch] == pytest.approx(sum(v * n for v, n in rows) / 40)
    assert history["number"] == [0, 0]  # validate is called in inference mode
    assert history.curves.keys() == {"loss", "number", "ones"}
    assert all(type(v) is float for curve in history.curves.values() for v in curve)
    assert history.stopped == ""


def test_training_runs_in_training_mode_and_leaves_the_mode_as_it_was():
    for mode in (True, False):
        net = make_network().train(mode)
        before = net.state()["dropout1/draws"][1]
        train(net, epochs=1)
        assert net.training is mode
        assert net.state()["dropout1/draws"][1] == before + 3


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    first, second, third = make_network(), make_network(), make_network(seed=4)
    histories = [train(net)[0] for net in (first, second, third)]
    assert bits(first.state()) == bits(second.state()) != bits(third.state())
    assert histories[0] == histories[1] != histories[2]


def test_gradients_left_over_from_elsewhere_do_not_enter_and_none_are_left_behind():
    clean, stained = make_network(), make_network()
    for p in stained.parameters.values():
        p.add_gradient(np.full_like(p.value, 1e3))
    train(clean, epochs=1)
    train(stained, epochs=1)
    assert bits(clean.state()) == bits(stained.state())
    assert all((p.grad == 0).all() for p in stained.parameters.values())


# -- interrupt, NaN ------------------------------------------------------------------------------


def interrupting(after: int):
    """A loss that is interrupted in the given call."""
    calls = []

    def loss(logits, target):
        calls.append(1)
        if len(calls) == after:
            raise KeyboardInterrupt
        return nn.softmax_cross_entropy(logits, target)

    return loss


def fit_with(net, loss, **more):
    x, labels = make_data()
    settings = {"epochs": EPOCHS, "progress": False} | more
    optimizer = nn.Adam(net.parameters)
    return nn.fit(net, nn.shuffled_batches(x, labels, 16), loss, optimizer, **settings)


def test_interrupt_ends_cleanly_and_keeps_what_was_learned():
    net, other = make_network().eval(), make_network()
    history = fit_with(net, interrupting(after=3 * 2 + 3))
    assert history.stopped == "interrupted"
    assert history.epochs == 2
    assert not net.training
    assert all((p.grad == 0).all() for p in net.parameters.values())
    fit_with(other, nn.softmax_cross_entropy, epochs=2)
    start = make_network().parameters["conv/w"].value
    moved = net.parameters["conv/w"].value - start
    assert np.abs(moved).max() > 0
    assert not (moved == other.parameters["conv/w"].value - start).all()  # two batches further
    fit_with(net, nn.softmax_cross_entropy, epochs=1)  # and it can go on


@pytest.mark.parametrize("bad", (float("nan"), float("inf"), -float("inf"), np.float32("nan")))
def test_a_loss_that_is_not_finite_stops_at_once_and_says_what_to_do(bad):
    net = make_network()
    before = bits({n: p.value for n, p in net.parameters.items()})
    with pytest.raises(FloatingPointError) as caught:
        fit_with(net, lambda y, t: (bad, y))
    assert f"the loss became {bad} in epoch 1: lower the learning rate" in str(caught.value)
    assert bits({n: p.value for n, p in net.parameters.items()}) == before
    assert all((p.grad == 0).all() for p in net.parameters.values())


def test_a_rate_that_is_far_too_high_is_noticed():
    x, labels = make_data()
    net = nn.Sequential(
        [nn.Flatten(), nn.Dense(8), nn.ReLU(), nn.Dense(3)], input_shape=x.shape[1:]
    )
    optimizer = nn.GradientDescent(net.parameters, 1e30)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="lower the learning rate, or look for NaN"),
    ):
        nn.fit(
            net,
            nn.shuffled_batches(x, labels, 16),
            nn.softmax_cross_entropy,
            optimizer,
            epochs=9,
            progress=False,
        )


# -- progress ------------------------------------------------------------------------------------


def test_progress_shows_epochs_and_numbers_and_can_be_silent(terminal):
    train(make_network(), epochs=2, progress=True)
    shown = terminal.readouterr()
    assert shown.out == ""
    assert "2/2" in shown.err
    assert "loss=" in shown.err
    assert "error=" in shown.err
    train(make_network(), epochs=2, progress=False)
    assert terminal.readouterr() == ("", "")


# -- batches -------------------------------------------------------------------------------------


def test_batches_hold_every_example_once_in_a_new_order_each_epoch():
    x = np.arange(10, dtype=np.float32)[:, None]
    batches = nn.shuffled_batches(x, np.arange(10), 4, seed=1)
    orders = []
    for epoch in range(3):
        drawn = list(batches(epoch))
        assert [len(t) for _, t in drawn] == [4, 4, 2]
        assert all((rows[:, 0] == t).all() for rows, t in drawn)
        orders.append(np.concatenate([t for _, t in drawn]).tolist())
        assert sorted(orders[-1]) == list(range(10))
        again = np.concatenate([t for _, t in batches(epoch)]).tolist()
        assert again == orders[-1]
    assert len(set(map(tuple, orders))) == 3
    other = nn.shuffled_batches(x, np.arange(10), 4, seed=2)
    assert np.concatenate([t for _, t in other(0)]).tolist() != orders[0]


def test_augmentation_draws_from_the_seed_and_the_epoch_alone():
    x = np.zeros((10, 1), np.float32)

    def noise(rows, rng):
        return rows + rng.normal(size=rows.shape).astype(np.float32)

    def drawn(seed, epoch):
        batches = nn.shuffled_batches(x, np.arange(10), 4, seed=seed, augment=noise)
        return np.concatenate([rows for rows, _ in batches(epoch)]).tobytes()

    assert drawn(1, 0) == drawn(1, 0)
    assert len({drawn(1, 0), drawn(1, 1), drawn(2, 0)}) == 3
    assert (x == 0).all()


# -- refusals ------------------------------------------------------------------------------------

X, LABELS = make_data()
NET = make_network()
ADAM = nn.Adam(NET.parameters)
BATCHES = nn.shuffled_batches(X, LABELS, 16)


def fit(
    network=NET, batches=BATCHES, loss=nn.softmax_cross_entropy, optimizer=ADAM, epochs=1, **more
):
    settings = {"progress": False} | more
    return lambda: nn.fit(network, batches, loss, optimizer, epochs=epochs, **settings)


def batches_of(x=X, target=LABELS, batch_size=4, **more):
    return lambda: nn.shuffled_batches(x, target, batch_size, **more)


REFUSED = [
    (fit(network=nn.Dense(3)), TypeError, "network must be one such as nn.Sequential", "got Dense"),
    (
        fit(optimizer=1e-3),
        TypeError,
        "optimizer must be one such as nn.Adam(network.parameters), got float",
    ),
    (fit(optimizer=nn.Adam), TypeError, "optimizer must be one such as", "got type"),
    (
        fit(batches=[(X, LABELS)]),
        TypeError,
        "batches must be a function such as nn.shuffled_batches",
        "got list",
    ),
    (
        fit(batches=lambda epoch: [X]),
        TypeError,
        "batches must yield pairs (x, target), got ndarray",
    ),
    (fit(batches=lambda epoch: []), ValueError, "batches(0) yielded nothing to train on"),
    (
        fit(loss="mse"),
        TypeError,
        "loss must be a function such as nn.softmax_cross_entropy, got str",
    ),
    (fit(loss=lambda y, t: 0.5), TypeError, "loss must return a pair (value, gradient), got float"),
    (
        fit(loss=lambda y, t: (0.5, y[:1])),
        ValueError,
        "must have the output's shape (16, 3), got (1, 3)",
    ),
    (fit(loss=lambda y, t: (0.5, None)), TypeError, "backward takes the output's gradient"),
    (
        fit(validate={"accuracy": 1}),
        TypeError,
        "validate must be a function such as lambda net",
        "got dict",
    ),
    (fit(validate=lambda net: 0.9), TypeError, "validate must return numbers by name", "got 0.9"),
    (fit(validate=lambda net: {"loss": 1}), TypeError, 'not "loss", which is the training'),
    (fit(epochs=-1), ValueError, "epochs must be at least 0"),
    (fit(epochs=2.5), TypeError, "epochs must be an int"),
    (batches_of(x=X.tolist()), TypeError, "x must be an array of examples, got list"),
    (batches_of(target=None), TypeError, "target must be an array of examples, got NoneType"),
    (batches_of(target=LABELS[:5]), ValueError, "equally long and not empty, got 40 and 5"),
    (batches_of(x=X[:0], target=LABELS[:0]), ValueError, "equally long and not empty, got 0 and 0"),
    (batches_of(batch_size=0), ValueError, "batch_size must be at least 1"),
    (batches_of(batch_size=2.0), TypeError, "batch_size must be an int"),
    (batches_of(seed=-1), ValueError, "seed must be at least 0, got -1"),
    (batches_of(seed=None), TypeError, "seed must be an int of 0 or more, got None"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_is_refused_in_words(case):
    call, kind, *words = case
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    for part in words:
        assert part in str(caught.value)

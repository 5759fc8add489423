"""Networks: names, taps, gradients injected anywhere, sharing, several runs, freezing, batches."""

import numpy as np
import pytest
from tqdm import tqdm

from minidl import kernels, nn
from tests.nn.network_checks import bits, check_gradients, close, shake


def residual_net(dtype=np.float64, seed=0) -> nn.Sequential:
    """Two residual blocks, one with a shortcut of its own, one inside a nested part."""
    block = nn.Residual(
        [nn.Conv2D(4, 3, stride=2, padding="same"), nn.Tanh(), nn.Conv2D(4, 2, padding="same")],
        [nn.Conv2D(4, 1, stride=2, name="projection")],
        name="block1",
    )
    plain = nn.Residual([nn.Conv2D(4, 3, padding="same"), nn.Sigmoid()], name="block2")
    layers = [
        nn.Conv2D(3, 3, name="conv1"),
        nn.Tanh(),
        block,
        nn.Sequential([plain, nn.Tanh(name="squash")], name="part"),
        nn.Flatten(),
        nn.Dense(5, name="logits"),
    ]
    return shake(nn.Sequential(layers, input_shape=(9, 8, 2), dtype=dtype, seed=seed))


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


X = normal(2, 9, 8, 2)
NODES = (
    "conv1",
    "tanh1",
    "block1/main/conv1",
    "block1/main/tanh1",
    "block1/main/conv2",
    "block1/shortcut/projection",
    "block1",
    "part/block2/main/conv1",
    "part/block2/main/sigmoid1",
    "part/block2",
    "part/squash",
    "flatten1",
    "logits",
)


def test_names_say_where_a_layer_stands():
    net = residual_net()
    assert tuple(net.graph.nodes) == NODES
    learn = [n for n in NODES if n.rpartition("/")[2].startswith(("conv", "projection", "logits"))]
    assert list(net.parameters) == [f"{name}/{key}" for name in learn for key in "wb"]
    assert net.graph.nodes["block1"].inputs == ("block1/main/conv2", "block1/shortcut/projection")
    assert net.graph.nodes["part/block2"].inputs[1] == "block1"  # an empty shortcut is x itself


def test_automatic_names_count_by_kind():
    net = nn.Sequential(
        [nn.ReLU(), nn.Dense(2), nn.ReLU(), nn.Dense(2, name="out")], input_shape=(3,)
    )
    assert list(net.graph.nodes) == ["relu1", "dense1", "relu2", "out"]


# -- taps ----------------------------------------------------------------------------------------


def test_taps_are_the_activations_of_the_plain_run():
    net = residual_net()
    every = net.forward(X, taps=NODES)
    assert tuple(every) == NODES
    assert every["logits"].tobytes() == net.forward(X).tobytes()
    for name in NODES:
        alone = net.forward(X, taps=name)
        assert list(alone) == [name]
        assert alone[name].tobytes() == every[name].tobytes()
        assert every[name].shape == (2, *net.shapes[name])
    close(every["block1"], every["block1/main/conv2"] + every["block1/shortcut/projection"])
    close(every["part/block2"], every["part/block2/main/sigmoid1"] + every["block1"])


class Tripwire(nn.Layer):
    """A layer that must not run."""

    def forward(self, x, *, training=False):
        raise AssertionError("this layer was not needed")


def test_a_run_goes_no_further_than_the_deepest_tap():
    layers = [
        nn.Dense(3, name="a"),
        nn.Residual([nn.Dense(3, name="b"), Tripwire()], [nn.Dense(3, name="c")]),
        Tripwire(),
    ]
    net = nn.Sequential(layers, input_shape=(3,))
    x = np.ones((1, 3), np.float32)
    taps = net.forward(x, taps=("block1/shortcut/c", "a", "block1/main/b"))
    assert set(taps) == {"a", "block1/main/b", "block1/shortcut/c"}
    with pytest.raises(AssertionError, match="not needed"):
        net.forward(x)


# -- gradients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NODES)
def test_a_gradient_injected_at_any_one_layer(name):
    net = residual_net()
    check_gradients(net, X, {name: normal(2, *net.shapes[name], seed=1)}, elements=2)


@pytest.mark.parametrize(
    "names",
    (
        ("conv1", "logits"),
        ("block1/main/tanh1", "block1/shortcut/projection", "block1"),
        ("tanh1", "block1/main/conv2", "part/block2", "part/squash"),
        NODES,
    ),
    ids=len,
)
def test_gradients_injected_at_several_layers_at_once(names):
    net = residual_net()
    inject = {name: normal(2, *net.shapes[name], seed=i) for i, name in enumerate(names)}
    check_gradients(net, X, inject, elements=3)
    together = net.trace(X, names).backward(inject)
    apart = sum(net.trace(X, name).backward({name: g}) for name, g in inject.items())
    close(together, apart, 1e-11)


def test_an_array_alone_is_the_outputs_gradient():
    net = residual_net()
    dy = normal(2, 5)
    net.forward(X)
    first = net.backward(dy)
    net.forward(X)
    assert net.backward({"logits": dy}).tobytes() == first.tobytes()


def test_backward_repeated_gives_the_same_bits_and_adds_up():
    net = residual_net()
    dy = normal(2, 5)
    run = net.trace(X)
    first = run.backward(dy)
    once = {name: p.grad.copy() for name, p in net.parameters.items()}
    assert run.backward(dy).tobytes() == first.tobytes()
    for name, p in net.parameters.items():
        assert p.grad.tobytes() == (once[name] + once[name]).tobytes()
    net.zero_grad()
    assert all((p.grad == 0).all() for p in net.parameters.values())


def test_nothing_given_is_changed():
    net = residual_net()
    inject = {name: normal(2, *net.shapes[name]) for name in ("conv1", "block1", "logits")}
    before = X.tobytes(), bits(inject), bits(net.state())
    run = net.trace(X, inject)
    activations = bits(run.activations)
    run.backward(inject)
    assert (X.tobytes(), bits(inject), bits(net.state())) == before
    assert bits(run.activations) == activations


# -- sharing and several runs --------------------------------------------------------------------


def test_a_layer_that_stands_twice_shares_its_parameters_and_adds_both_gradients():
    for name in (None, "twin"):
        layer = nn.Conv2D(2, 3, padding="same", name=name)
        net = nn.Sequential([layer, nn.Tanh(), layer], input_shape=(5, 5, 2), dtype=np.float64)
        first, second = ("twin", "twin_2") if name else ("conv1", "conv2")
        assert list(net.graph.nodes) == [first, "tanh1", second]
        assert list(net.parameters) == [f"{first}/w", f"{first}/b"]
        assert net.summary().parameters == 3 * 3 * 2 * 2 + 2
        assert list(net.state()) == list(net.parameters)
        shake(net)
        check_gradients(net, normal(2, 5, 5, 2), {second: normal(2, 5, 5, 2, seed=1)})


def test_a_named_block_that_stands_twice():
    block = nn.Residual([nn.Dense(3), nn.Tanh()], name="again")
    net = nn.Sequential([block, block], input_shape=(3,), dtype=np.float64)
    assert list(net.graph.nodes)[-1] == "again_2"
    assert list(net.parameters) == ["again/main/dense1/w", "again/main/dense1/b"]
    check_gradients(shake(net), normal(4, 3), {"again_2": normal(4, 3, seed=1)})


def test_two_networks_may_share_a_part():
    trunk = nn.Sequential([nn.Dense(4), nn.Tanh()], name="trunk")
    one = nn.Sequential([trunk, nn.Dense(1)], input_shape=(3,), seed=1)
    two = nn.Sequential([trunk, nn.Dense(2)], input_shape=(3,), seed=2)
    assert one.parameters["trunk/dense1/w"] is two.parameters["trunk/dense1/w"]
    assert one.parameters["dense1/w"] is not two.parameters["dense1/w"]


def siamese_loss(first, second):
    return nn.contrastive_loss(first, second, np.array([1, 0, 1, 0]), margin=4.0)


def test_two_branches_add_their_gradients_and_equal_one_batch():
    """Siamese: the network runs twice before it goes back; no run disturbs the other."""
    net = residual_net()
    a, b = normal(4, 9, 8, 2, seed=1), normal(4, 9, 8, 2, seed=2)
    left, right = net.trace(a), net.trace(b)
    _, (da, db) = siamese_loss(left.output, right.output)
    back = left.backward(da), right.backward(db)
    apart = {name: p.grad.copy() for name, p in net.parameters.items()}
    net.zero_grad()
    run = net.trace(np.concatenate([a, b]))
    _, (da, db) = siamese_loss(run.output[:4], run.output[4:])
    dx = run.backward(np.concatenate([da, db]))
    close(np.concatenate(back), dx)
    for name, p in net.parameters.items():
        close(apart[name], p.grad, 1e-11)


def test_the_siamese_loss_has_the_right_gradients():
    net = residual_net()
    a, b = normal(4, 9, 8, 2, seed=1), normal(4, 9, 8, 2, seed=2)

    def loss(x):
        return siamese_loss(net.predict(x), net.predict(b))[0]

    left, right = net.trace(a), net.trace(b)
    _, (da, db) = siamese_loss(left.output, right.output)
    right.backward(db)
    report = nn.gradient_check(loss, a, left.backward(da), elements=12)
    assert report, str(report)
    w = net.parameters["conv1/w"]

    def loss_of_w(value):
        kept, w.value = w.value, value
        try:
            return siamese_loss(net.predict(a), net.predict(b))[0]
        finally:
            w.value = kept

    report = nn.gradient_check(loss_of_w, w.value, w.grad, elements=12)
    assert report, str(report)


def test_forward_goes_back_through_the_last_run_alone():
    net = residual_net()
    net.forward(X, taps=("conv1", "block1"))
    net.forward(X)
    dy = normal(2, 5)
    assert net.backward(dy).tobytes() == net.trace(X).backward(dy).tobytes()


# -- freezing ------------------------------------------------------------------------------------


def test_a_frozen_network_computes_no_parameter_gradients_and_cannot_change(monkeypatch):
    net = residual_net()
    dy = normal(2, 5)
    free = net.trace(X).backward(dy)
    net.zero_grad()
    assert net.freeze() is net

    def forbidden(*args, **kwargs):
        raise AssertionError("nobody needs this gradient")

    monkeypatch.setattr(kernels, "convolve_kernel_gradient", forbidden)
    before = bits(net.state())
    dx = net.trace(X).backward(dy)
    assert dx.tobytes() == free.tobytes()
    for p in net.parameters.values():
        assert (p.grad == 0).all()
        assert not p.trainable
        with pytest.raises(ValueError, match="read-only"):
            p.value += 1
    nn.Adam(net.parameters).step()
    assert bits(net.state()) == before


def test_unfreezing_lets_it_learn_again():
    net = residual_net().freeze().unfreeze()
    before = bits(net.state())
    net.trace(X).backward(normal(2, 5))
    nn.GradientDescent(net.parameters, 0.1).step()
    assert all(before[name] != p.value.tobytes() for name, p in net.parameters.items())


def test_freezing_by_name_freezes_what_begins_so():
    net = residual_net().freeze("block1", "conv1")
    frozen = {name for name, p in net.parameters.items() if not p.trainable}
    assert frozen == {n for n in net.parameters if n.startswith(("block1/", "conv1/"))}
    net.unfreeze("block1/main")
    frozen = {name for name, p in net.parameters.items() if not p.trainable}
    assert frozen == {n for n in net.parameters if n.startswith(("block1/shortcut/", "conv1/"))}
    before = bits(net.state())
    net.trace(X).backward(normal(2, 5))
    nn.GradientDescent(net.parameters, 0.1).step()
    changed = {name for name in net.parameters if net.state()[name].tobytes() != before[name]}
    assert changed == set(net.parameters) - frozen


def test_work_that_serves_nobody_is_left_out(monkeypatch):
    """Without the input's gradient, the first layer's way back to it is not computed."""
    calls = []
    real = kernels.convolve_input_gradient
    monkeypatch.setattr(
        kernels, "convolve_input_gradient", lambda *a, **k: calls.append(1) or real(*a, **k)
    )
    layers = [nn.Conv2D(2, 3), nn.Tanh(), nn.Conv2D(2, 3), nn.Tanh(), nn.Conv2D(2, 3)]
    net = nn.Sequential(layers, input_shape=(9, 9, 1), dtype=np.float64)
    y = net.forward(normal(1, 9, 9, 1))
    assert net.backward(y, need_input=False) is None
    assert len(calls) == 2
    calls.clear()
    net.freeze("conv1", "conv2")
    net.forward(normal(1, 9, 9, 1))
    assert net.backward(y, need_input=False) is None
    assert len(calls) == 0
    net.backward(y)
    assert len(calls) == 3


class OneWay(nn.Layer):
    """A layer that must not be asked to go back."""

    def forward(self, x, *, training=False):
        return x, None

    def backward(self, dy, cache, *, need_input=True):
        raise AssertionError("this serves nobody")


def test_a_layer_with_nothing_to_learn_below_it_is_not_asked_to_go_back():
    net = nn.Sequential([OneWay(name="first"), nn.Dense(2, name="dense")], input_shape=(3,))
    x = np.ones((1, 3), np.float32)
    net.forward(x, taps=("first", "dense"))
    inject = {"first": x, "dense": x[:, :2]}
    assert net.backward(inject, need_input=False) is None
    assert (net.parameters["dense/w"].grad == 1).all()
    with pytest.raises(AssertionError, match="serves nobody"):
        net.backward(inject)


def test_a_frozen_network_loads_weights_and_stays_frozen():
    net, other = residual_net(seed=1).freeze("conv1"), residual_net(seed=2)
    net.load_state(other.state())
    assert bits(net.state()) == bits(other.state())
    assert not net.parameters["conv1/w"].trainable
    assert not net.parameters["conv1/w"].value.flags.writeable
    assert net.parameters["logits/w"].value.flags.writeable


# -- blocks --------------------------------------------------------------------------------------


class Concatenate(nn.Layer):
    """A join of one's own: channels side by side."""

    def output_shape(self, *shapes):
        return (*shapes[0][:-1], sum(s[-1] for s in shapes))

    def forward(self, *inputs, training=False):
        return np.concatenate(inputs, axis=-1), np.cumsum([x.shape[-1] for x in inputs])[:-1]

    def backward(self, dy, cache, *, need_input=True):
        return tuple(np.ascontiguousarray(part) for part in np.split(dy, cache, axis=-1))


def test_a_block_may_join_in_its_own_way():
    block = nn.Residual(
        [nn.Conv1D(3, 3, padding="causal"), nn.Tanh()], join=Concatenate(), name="wide"
    )
    net = nn.Sequential([block, nn.Dense(2)], input_shape=(6, 2), dtype=np.float64)
    assert net.shapes["wide"] == (6, 5)
    check_gradients(shake(net), normal(2, 6, 2), {"dense1": normal(2, 6, 2, seed=1)})


def test_an_empty_block_doubles_its_input():
    net = nn.Sequential([nn.Residual([])], input_shape=(3,), dtype=np.float64)
    x = normal(2, 3)
    assert (net.forward(x) == 2 * x).all()
    assert (net.backward(x) == 2 * x).all()


def test_parts_nest_as_deep_as_wanted():
    inner = nn.Sequential([nn.Dense(3), nn.Tanh()], name="inner")
    middle = nn.Sequential([inner, nn.Residual([inner])], name="middle")
    net = nn.Sequential([nn.Sequential([middle], name="outer")], input_shape=(3,), dtype=np.float64)
    assert list(net.graph.nodes) == [
        "outer/middle/inner/dense1",
        "outer/middle/inner/tanh1",
        "outer/middle/block1/main/inner/dense1",
        "outer/middle/block1/main/inner/tanh1",
        "outer/middle/block1",
    ]
    assert len(net.parameters) == 2
    check_gradients(shake(net), normal(4, 3), {"outer/middle/block1": normal(4, 3, seed=1)})


# -- modes and batches ---------------------------------------------------------------------------


def test_train_and_eval_are_modes_of_the_network():
    net = nn.Sequential([nn.BatchNorm()], input_shape=(3,))
    assert net.training is False
    assert net.train() is net
    assert net.training is True
    assert net.eval().training is False


@pytest.mark.parametrize("batch_size", (1, 3, 7, 100))
def test_predict_is_forward_in_batches(batch_size):
    net = residual_net(np.float32)
    x = normal(7, 9, 8, 2, dtype=np.float32)
    want = np.concatenate([net.forward(x[i : i + batch_size]) for i in range(0, 7, batch_size)])
    assert net.predict(x, batch_size=batch_size).tobytes() == want.tobytes()
    assert net.predict(x[:0], batch_size=batch_size).shape == (0, 5)


def test_predict_leaves_the_last_run_and_the_mode_alone(terminal):
    net = nn.Sequential([nn.Dense(2), nn.Dropout(0.5)], input_shape=(3,)).train()
    x = normal(4, 3, dtype=np.float32)
    net.forward(x)
    drawn = bits(net.state())
    assert net.predict(x[:2]).shape == (2, 2)
    assert net.training
    assert bits(net.state()) == drawn
    assert net.backward(np.ones((4, 2), np.float32)).shape == (4, 3)
    assert terminal.readouterr().err == ""
    net.predict(x, batch_size=2, progress=True)
    assert "2/2" in terminal.readouterr().err


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_predict_that_is_interrupted_closes_its_bar_and_restores_the_mode(monkeypatch, kind):
    net = nn.Sequential([nn.Dense(2)], input_shape=(3,)).train()

    def interrupt(*_, **__):
        raise kind

    monkeypatch.setattr(net, "trace", interrupt)
    with pytest.raises(kind) as kept:  # with its frames, as a notebook keeps it
        net.predict(np.ones((4, 3), np.float32), batch_size=2, progress=True)
    assert not list(tqdm._instances)
    assert net.training
    del kept


def test_a_run_that_lets_go_of_its_caches_goes_back_once():
    run = residual_net().trace(X)
    dy = np.ones_like(run.output)
    np.testing.assert_array_equal(run.backward(dy), run.backward(dy, release=True))
    with pytest.raises(RuntimeError, match="has gone back already"):
        run.backward(dy)


def test_a_run_without_caches_cannot_go_back():
    run = residual_net().trace(X, keep=False)
    with pytest.raises(RuntimeError, match="kept no caches"):
        run.backward(normal(2, 5))


def test_float32_and_float64_networks_agree():
    wide, narrow = residual_net(), residual_net(np.float32)
    for name, p in narrow.parameters.items():
        p.value[...] = wide.parameters[name].value
    x = X.astype(np.float32)
    y, exact = narrow.forward(x), wide.forward(x.astype(np.float64))
    assert y.dtype == np.float32
    assert np.abs(y - exact).max() < 1e-4 * np.abs(exact).max()
    dx = narrow.backward(y)
    assert dx.dtype == np.float32
    want = wide.backward(y.astype(np.float64))
    assert np.abs(dx - want).max() < 1e-4 * np.abs(want).max()
    assert all(p.grad.dtype == np.float32 for p in narrow.parameters.values())

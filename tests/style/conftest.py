import numpy as np
import pytest

from tests.style.examples import make_network, picture


@pytest.fixture(scope="session")
def network():
    return make_network()


@pytest.fixture(scope="session")
def network64():
    return make_network(np.float64)


@pytest.fixture
def content():
    return picture(24, 32, seed=1)


@pytest.fixture
def style():
    return picture(20, 28, seed=2)


SETTINGS = {
    "content_layer": "two",
    "style_layers": {"one": 1.0, "two": 0.1},
    "alpha": 1.0,
    "beta": 1000.0,
    "progress": False,
}


@pytest.fixture
def settings(network):
    """Arguments of ``transfer`` that suit the small network."""
    return {"network": network, **SETTINGS}

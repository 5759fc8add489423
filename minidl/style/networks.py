"""The networks that style transfer looks through, and the weights that suit each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from minidl import nn
from minidl.arguments import check_choice, check_names
from minidl.style.costs import as_weight
from minidl.style.style_network import LAYERS, style_net
from minidl.zoo import vgg19
from minidl.zoo.layers import POOLS


@dataclass(frozen=True)
class Recipe:
    """Which layers of a network to use, and with which weights.

    ``lambdas`` even out what the layers' style costs weigh: as the lecture scales them, they differ
    by factors of thousands. ``beta`` is β for α = 1 and each pixel of G: J_content is a sum over
    positions and J_style is not, so β must grow with the picture for the same look. ``tv`` is the
    weight of the total variation beside that β. ``margin`` is how far a mirror image continues the
    pictures, so that no border is painted.
    """

    content_layer: str | None
    lambdas: Mapping[str, float]
    beta: float
    tv: float = 0.0
    margin: int = 0


RECIPES = {
    "vgg19": Recipe(
        "conv4_2",
        {"conv1_1": 1, "conv2_1": 0.01, "conv3_1": 0.02, "conv4_1": 0.0002, "conv5_1": 1},
        beta=3.0,
        tv=10.0,
        margin=8,
    ),
    "small": Recipe("conv4", dict.fromkeys(LAYERS, 1.0), beta=20.0, margin=8),
}
BUILDERS: dict[str, Callable[..., nn.Sequential]] = {"vgg19": vgg19, "small": style_net}


@lru_cache(maxsize=2)
def _built(name: str, pooling: str) -> nn.Sequential:
    return BUILDERS[name](pooling)


def find_network(network: str | nn.Sequential, pooling: str | None) -> tuple[nn.Sequential, Recipe]:
    """Return the network and its recipe; a network of the reader's own has an empty one.

    Average pooling is the default: it gives smoother pictures than the maximum with which the
    networks were trained (Gatys and others, 2015).

    Raises:
        TypeError, ValueError: for an unknown name, or a network that is not ready.
    """
    if isinstance(network, str):
        check_choice(network, "network", RECIPES)
        pooling = check_choice("average" if pooling is None else pooling, "pooling", POOLS)
        return _built(network, pooling), RECIPES[network]
    if not isinstance(network, nn.Sequential):
        raise TypeError(
            f"network must be one of {', '.join(RECIPES)} or an nn.Sequential, got "
            f"{type(network).__name__}."
        )
    if pooling is not None:
        raise ValueError("pooling is a choice for named networks: yours has the pools it has.")
    if network.training or any(p.trainable for p in network.parameters.values()):
        raise ValueError("only pixels are to be changed here: call network.eval().freeze() first.")
    return network, Recipe(None, {}, 1.0)


def find_layers(
    network: nn.Sequential,
    recipe: Recipe,
    content_layer: str | None,
    style_layers: str | Sequence[str] | Mapping[str, float] | None,
) -> tuple[str | None, dict[str, float]]:
    """Return the content layer, and λ of each style layer; the recipe's where nothing is said.

    Raises:
        ValueError: for a layer that the network lacks, or a λ that is no weight.
    """
    content_layer = recipe.content_layer if content_layer is None else content_layer
    lambdas = _lambdas(recipe.lambdas if style_layers is None else style_layers)
    lambdas = {layer: as_weight(w, f"style_layers[{layer!r}]") for layer, w in lambdas.items()}
    names = list(network.graph.nodes)
    for layer in lambdas:
        check_choice(layer, "style_layers", names)
    if content_layer is not None:
        check_choice(content_layer, "content_layer", names)
    return content_layer, lambdas


def _lambdas(layers: str | Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    if isinstance(layers, Mapping):
        return dict(layers)
    names = check_names(layers, "style_layers")
    return dict.fromkeys(names, 1 / len(names))

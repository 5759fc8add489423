"""What may be asked of a layer: its units and their positions."""

from minidl.functional.arguments import is_int


def check_unit(unit: int, channels: int) -> None:
    """Refuse a unit that a layer of so many channels does not have."""
    if not is_int(unit) or not 0 <= unit < channels:
        raise ValueError(f"the layer has units 0 … {channels - 1}, got {unit!r}.")


def check_position(position: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    """Refuse a position outside of a layer with these spatial sizes."""
    if len(position) != len(sizes) or not all(
        0 <= p < s for p, s in zip(position, sizes, strict=True)
    ):
        raise ValueError(
            f"the layer has {len(sizes)} axes with positions below {tuple(sizes)}, "
            f"got {tuple(position)}."
        )


def check_single(x) -> None:
    """Refuse anything but one input ``(1, *S, C)``."""
    if len(x) != 1:
        raise ValueError(f"x must be one input (1, *S, C), got shape {x.shape}.")

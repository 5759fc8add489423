"""How many settings hypothesis generates, and that they are the same ones in every run."""

import os

from hypothesis import HealthCheck, settings

# A long run: MINIDL_EXAMPLES=20 tries twenty times as many settings, others each time.
FACTOR = float(os.environ.get("MINIDL_EXAMPLES", "1"))

settings.register_profile(
    "minidl",
    max_examples=max(1, round(40 * FACTOR)),
    derandomize=FACTOR == 1,
    database=None,
    deadline=None,  # a busy machine is no failure
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("minidl")


def repeatable(examples: int) -> settings:
    """The profile's settings with this many examples."""
    return settings(max_examples=max(1, round(examples * FACTOR)))

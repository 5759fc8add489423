"""How many settings hypothesis generates, and that they are the same ones in every run."""

import os

from hypothesis import HealthCheck, settings

# A long run: MINIDL_EXAMPLES=20 tries twenty times as many settings, others each time.
FACTOR = float(os.environ.get("MINIDL_EXAMPLES", "1"))


def repeatable(examples: int) -> settings:
    """Settings for hypothesis: the same examples in every run, and no clock."""
    return settings(
        max_examples=max(1, round(examples * FACTOR)),
        derandomize=FACTOR == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

"""Runs that only ask whether the code works: short loops, no figures.

They have the environment variable MINIDL_QUICK set; "0" and an empty value count as not set.
"""

import os


def quick() -> bool:
    """Whether this is such a run."""
    return os.environ.get("MINIDL_QUICK", "0") not in ("", "0")


def steps(full: int, few: int) -> int:
    """Return ``full``, or ``few`` in a quick run: the number of steps of a long loop."""
    return few if quick() else full

"""Shorter loops for runs that only prove that an edition executes."""

import os


def steps(full: int, quick: int) -> int:
    """Return ``full``, or ``quick`` where the environment variable MINIDL_QUICK is set.

    The number of steps of a long loop: the same code, run less often. "0" and an empty value count
    as not set.
    """
    return quick if os.environ.get("MINIDL_QUICK", "0") not in ("", "0") else full

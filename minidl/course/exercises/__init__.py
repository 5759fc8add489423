"""One file an exercise: ``n<notebook>_<function>.py``, each with its ``EXERCISE``."""

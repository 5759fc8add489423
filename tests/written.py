"""Files that a test writes many times."""

from pathlib import Path


def write_anew(path: Path, data: bytes) -> Path:
    """Write a file in place of an older one, which, cut and written again, goes to disk at once."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    return path

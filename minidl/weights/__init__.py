"""Weights that the course trained itself, as package data; README.md beside them says how."""

from importlib.resources import as_file, files

from minidl.nn import Sequential


def load_weights(network: Sequential, filename: str) -> Sequential:
    """Load one of the files that come with the package into a network, freeze it and return it.

    Raises:
        FileNotFoundError: if the file is not there, as where minidl's Python files alone were
            copied.
        WeightFileError: if it is damaged or belongs to another network.
    """
    resource = files(__name__) / filename
    if not resource.is_file():
        raise FileNotFoundError(
            f"{filename} is not in {files(__name__)}: it comes with minidl, install minidl again."
        )
    with as_file(resource) as path:  # a file on the disk, even where the package is in a zip
        network.load(path)
    return network.freeze()


__all__ = ["load_weights"]

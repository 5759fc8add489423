"""The tests. Helpers are imported by their full names: `from tests.nn.network_checks import …`."""

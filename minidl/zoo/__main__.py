"""``python -m minidl.zoo`` fetches every real asset now, so that no network is needed later."""

import sys

from minidl.console import say
from minidl.zoo.asset import AssetError
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder
from minidl.zoo.fetching import fetch


def main() -> int:
    """Fetch everything; return how many assets could not be had."""
    failures = 0
    for name in ASSETS:
        try:
            fetch(name)
        except AssetError as error:
            failures += 1
            print(error, file=sys.stderr)
    say(f"{len(ASSETS) - failures} of {len(ASSETS)} assets are ready; cache: {cache_folder()}")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

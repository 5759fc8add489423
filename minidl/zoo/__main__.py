"""``python -m minidl.zoo`` fetches every real asset now, so that no network is needed later."""

import sys

from minidl.console import say
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder
from minidl.zoo.fetching import fetch_all, missing


def main() -> int:
    """Fetch everything that is missing; return how many assets are still missing."""
    try:
        for error in fetch_all():
            print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    absent = len(missing())
    say(f"{len(ASSETS) - absent} of {len(ASSETS)} assets are ready; cache: {cache_folder()}")
    if absent:
        say("What has arrived is kept: the same command goes on from there.")
    return absent


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

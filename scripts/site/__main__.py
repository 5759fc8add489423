"""Build the site: ``python -m scripts.site [FOLDER]``, into build/site without a folder.

It takes the notebooks as they are stored, the exercises, the docstrings and the pages of docs/;
nothing is run, and nothing is fetched, neither now nor by who reads it. Open index.html in it.
"""

import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from minidl.console import say
from minidl.files import temporary_folder
from scripts.site.accessibility import complete
from scripts.site.pages import ROOT, write_source

USAGE = "usage: python -m scripts.site [FOLDER]"


def build(folder: Path) -> int:
    """Build into a folder; return 0, or Sphinx's status: every warning counts as an error."""
    with temporary_folder() as work:
        write_source(work / "source")
        options = ["-q", "-W", "--keep-going", "-j", "2", "-d", str(work / "doctrees")]
        status = build_main([*options, "-b", "html", str(work / "source"), str(folder)])
    complete(folder)
    return status


def main(arguments: list[str]) -> int | str:
    """Run the command; return 0, or what went wrong."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        return USAGE
    folder = Path(arguments[0]) if arguments else ROOT / "build" / "site"
    status = build(folder)
    say(f"{folder / 'index.html'}" if status == 0 else "The site was built with warnings.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

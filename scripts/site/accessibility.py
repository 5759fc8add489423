"""What the theme leaves out for those who listen to a page or use no mouse."""

from pathlib import Path

ADDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',  # long lines scroll, by the keyboard too
}


def complete(folder: Path) -> None:
    """Complete every page of a built site."""
    for path in sorted(folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for old, new in ADDED.items():
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8", newline="\n")

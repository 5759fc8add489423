"""What can be wrong with a folder of pages, each fault in a sentence."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

SOURCES = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The identifiers of a page, where its links lead, and the files that it is made of."""

    def __init__(self, path: Path):
        super().__init__()
        self.identifiers, self.links, self.parts, self.unlinked = set(), [], [], []
        self.open_links = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.identifiers |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a":
            self.open_links += 1
            self.links.append(found.get("href"))
        if tag in SOURCES and found.get(SOURCES[tag]):
            self.parts.append(found[SOURCES[tag]])
        if tag == "code" and "xref py" in found.get("class", "") and not self.open_links:
            self.unlinked.append(found["class"])

    def handle_endtag(self, tag):
        self.open_links -= tag == "a"


def broken_links(folder: Path) -> list[str]:
    """Every link, picture, script or style that leads nowhere, or out of the folder for its parts.

    Links to addresses elsewhere are not followed.
    """
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    faults = []
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        faults += [f"{name}: a reference without a target" for _ in page.unlinked]
        faults += [f"{name}: {part} is fetched" for part in page.parts if "://" in part[:9]]
        for link in [*filter(None, page.links), *page.parts]:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            place = unquote(to.fragment)
            inside = target not in pages or not place or place in pages[target].identifiers
            if not target.exists() or not inside:
                faults.append(f"{name}: {link} is not there")
    return faults


STATE = """() => ({
    width: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
    pictures: [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src),
    wordless: [...document.images].filter(i => !i.alt.trim()).map(i => i.src),
})"""


def faults_in_browser(browser, paths, width=400) -> list[str]:
    """What a browser as narrow as a telephone finds wrong: errors, pictures, sideways scrolling."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    said, faults = [], []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"not loaded: {request.url}"))
    for path in paths:
        said.clear()
        page.goto(path.as_uri())
        state = page.evaluate(STATE)
        faults += [f"{path.name}: {text}" for text in said]
        faults += [f"{path.name}: no picture {source}" for source in state["pictures"]]
        faults += [f"{path.name}: no words for {source[-80:]}" for source in state["wordless"]]
        if state["width"] > width:
            faults.append(f"{path.name}: {state['width']} pixels wide")
    page.close()
    return faults


def barriers(browser, path, scheme="light") -> list[str]:
    """What axe-core finds that WCAG 2.1, level AA, forbids."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 1000, "height": 800}, color_scheme=scheme)
    page.goto(path.as_uri())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=options).response["violations"]
    page.close()
    return [f"{path.name}, {scheme}: {v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]

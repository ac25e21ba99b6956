"""The rows about bytes: what a first visit brings over the wire, as the server compresses it."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bench.load import Target, ask
from bench.rows import Row

KB = 1000
PAGES = {"/": "front page", "/findings/": "list of findings"}
LIMITS = {"CSS": 20, "JS": 30, "fonts": 60}
FACE = re.compile(r"@font-face\s*{(.*?)}", re.DOTALL)
URL = re.compile(r"""url\(["']?([^"')]+)""")
IMPORT = re.compile(r"""^import\b[^"']*["']([^"']+)["']""", re.MULTILINE)
RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", re.IGNORECASE)


class Head(HTMLParser):
    """What a page loads, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "link" and told.get("rel") == "stylesheet":
            self.styles.append(told["href"] or "")
        if tag == "script" and told.get("src"):
            self.scripts.append(told["src"] or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def first_visit(port: int) -> list[Row]:
    """Page, styles, scripts and fonts, each as it comes compressed; of the fonts those that hold a letter of the page."""
    rows = []
    for path, name in PAGES.items():
        page = Head(fetched(port, path, "identity").decode())
        scripts = with_imports(port, page.scripts)
        sizes = {
            "CSS": sum(weight(port, style) for style in page.styles),
            "JS": sum(weight(port, script) for script in scripts),
            "fonts": sum(weight(port, font) for font in fonts(port, page)),
        }
        rows.append(Row(f"bytes of the {name}: page", weight(port, path) / KB, 30, "KB", 1, at_least=False))
        rows += [Row(f"bytes of the {name}: {kind}", sizes[kind] / KB, limit, "KB", 1, at_least=False) for kind, limit in LIMITS.items()]
    return rows


def fetched(port: int, path: str, encoding: str) -> bytes:
    return ask(Target(port, path, {"Accept-Encoding": encoding})).partition(b"\r\n\r\n")[2]


def weight(port: int, path: str) -> int:
    """Bytes of the body as a browser gets it, which takes br and gzip."""
    return len(fetched(port, path, "gzip, deflate, br"))


def with_imports(port: int, scripts: list[str]) -> list[str]:
    """These, and what they import."""
    found: list[str] = []
    wait = list(scripts)
    while wait:
        script = wait.pop()
        if script not in found:
            found.append(script)
            wait += [urlsplit(urljoin(script, name)).path for name in IMPORT.findall(fetched(port, script, "identity").decode())]
    return found


def fonts(port: int, page: Head) -> list[str]:
    """The faces whose range has a letter of the page."""
    letters, found = set(map(ord, page.text)), []
    for style in page.styles:
        for face in FACE.findall(fetched(port, style, "identity").decode()):
            address = URL.search(face)
            ranges = [(int(a, 16), int(b or a, 16)) for a, b in RANGE.findall(face.partition("unicode-range")[2])]
            if address and (not ranges or any(low <= letter <= high for letter in letters for low, high in ranges)):
                found.append(urlsplit(urljoin(style, address[1])).path)
    return found

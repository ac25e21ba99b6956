"""What every page is looked at for: each function answers sentences about what is wrong, none when all is well."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 360, 480, 768, 1024, 1280, 1440)
HEIGHT = 900
AXE = Axe()

# The page itself must not be wider than the window, nor may anything stand outside it unless its own box scrolls.
OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth, out = [];
  const scrolls = e => { for (; e && e !== document.body; e = e.parentElement) { const s = getComputedStyle(e); if (s.overflowX !== 'visible') return true; } return false; };
  if (document.documentElement.scrollWidth > wide) out.push('the page is ' + document.documentElement.scrollWidth + ' px wide');
  for (const e of document.body.querySelectorAll('*')) {
    const r = e.getBoundingClientRect();
    if (r.width > 1 && r.height > 1 && r.right > wide + 1 && !scrolls(e) && !e.closest('svg')) { out.push(e.tagName + '.' + e.className + ' ends at ' + Math.round(r.right) + ': ' + e.textContent.trim().slice(0, 40)); if (out.length > 3) break; }
  }
  return out; }"""

STRUCTURE = """() => ({
  title: document.title, lang: document.documentElement.lang,
  h1: [...document.querySelectorAll('h1')].map(e => e.innerText.trim()),
  crumbs: document.querySelectorAll('nav.crumbs li').length,
  here: document.querySelectorAll('nav.crumbs [aria-current=page]').length,
  alternates: [...document.querySelectorAll('link[rel=alternate][hreflang]')].map(e => e.hreflang),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, all) => all.indexOf(id) !== n),
})"""

PRINTED = """() => [...document.querySelectorAll('.top, .crumbs, .pager, .filters, .skip, nav.tabs, .steps, .foot__cols, button, .btn, .bar')]
  .filter(e => e.getClientRects().length && e.getBoundingClientRect().height > 1).map(e => e.tagName + '.' + e.className)
  .concat(document.querySelector('.fund img')?.getClientRects().length ? [] : ['the emblem is missing'])"""

# Where the focus is: whether it can be seen, and whether it came after the last one in reading order.
FOCUS = """() => {
  const e = document.activeElement; if (!e || e === document.body) return null;
  const seen = n => { const s = getComputedStyle(n); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
  const r = e.getBoundingClientRect();
  const same = window.lastFocus === e;  // the parts of a date
  const after = same || !window.lastFocus || !!(window.lastFocus.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.lastFocus = e;
  return { what: e.tagName + '.' + e.className + '[' + (e.name || e.getAttribute('href') || e.innerText || '').slice(0, 60) + ']', after,
    ring: same || seen(e) || (e.closest('label') && seen(e.closest('label'))) || !!e.closest('svg') || e.tagName === 'IFRAME',
    shown: e.closest('svg') || (r.width > 0 && r.height > 0 && r.top < innerHeight && r.bottom > 0 && r.left < innerWidth && r.right > 0) };
}"""

# Texts of people in another language than the page carry it. `said` maps what people wrote to its language.
# An option cannot be trusted to be read by its language, and the notes of a history have none.
LANGUAGE = """said => {
  const out = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), language = said[text];
    if (language && walker.currentNode.parentElement.closest('[lang]').lang !== language && !walker.currentNode.parentElement.closest('option, script, textarea, .timeline')) out.push('“' + text.slice(0, 60) + '” is ' + language);
  }
  return out; }"""


def structure(page: Page, language: str, *, crumbs: bool, indexed: bool) -> list[str]:
    """Title, one h1, breadcrumb, the other languages in the head, no id twice."""
    found = page.evaluate(STRUCTURE)
    wrong = []
    if not found["title"].removesuffix("– Inno4Sports").strip(" :"):
        wrong.append("has no title")
    if len(found["h1"]) != 1 or not found["h1"][0]:
        wrong.append(f"has not one h1: {found['h1']}")
    if found["lang"] != language:
        wrong.append(f"says lang={found['lang']}")
    if crumbs and (found["crumbs"] < 2 or found["here"] != 1):
        wrong.append("has no breadcrumb with the page itself at its end")
    if (indexed and found["alternates"].count("x-default") != 1) or (indexed and len(found["alternates"]) != 7):
        wrong.append(f"names not all languages in its head: {found['alternates']}")
    if found["ids"]:
        wrong.append(f"has an id twice: {found['ids']}")
    return wrong


def sideways(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """No sideways scroll from 320 to 1440 px, nor with text of 200 %."""
    wrong = []
    for scale in ("100%", "200%"):
        page.evaluate("scale => { document.documentElement.style.fontSize = scale }", scale)
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if out := page.evaluate(OUTSIDE):
                wrong.append(f"at {width} px, text {scale}: {'; '.join(out)}")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    return wrong


def findings_of_axe(page: Page) -> list[str]:
    """In light and dark."""
    wrong = []
    page.evaluate(AXE.axe_script)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)"):
            nodes = "; ".join(f"{n['html'][:160]} ({n['any'][0]['message'][:160] if n['any'] else ''})" for n in violation["nodes"][:3])
            wrong.append(f"axe, {scheme}: {violation['id']}: {nodes}")
    page.emulate_media(color_scheme="light")
    return wrong


def printed(page: Page) -> list[str]:
    page.emulate_media(media="print")
    left = page.evaluate(PRINTED)
    page.emulate_media(media="screen")
    return [f"prints {', '.join(left[:5])}"] if left else []


def by_keyboard(page: Page) -> list[str]:
    """Tab goes through everything in reading order, each with a ring that is seen, and out at the end; the skip link works."""
    wrong, first = [], None
    page.evaluate(
        "() => { const b = document.body; b.tabIndex = -1; b.focus(); b.removeAttribute('tabindex'); window.lastFocus = null; scrollTo(0, 0); }"
    )
    for n in range(400):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        first = first or (focus and focus["what"])
        if focus is None or (n and focus["what"] == first):
            break
        if n == 0 and "skip" not in focus["what"] and page.locator(".skip").count():
            wrong.append(f"begins at {focus['what']}")
        wrong += [
            f"the focus {word}: {focus['what']}"
            for key, word in (("after", "jumps back"), ("ring", "is not seen"), ("shown", "is out of sight"))
            if not focus[key]
        ]
    else:
        wrong.append("traps the focus")
    return wrong


def foreign_words(page: Page, said: dict[str, str]) -> list[str]:
    return page.evaluate(LANGUAGE, said)

"""What may not happen on a page of any width, as functions of the page that is open; each returns the faults."""

TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
OUTSIDE = """(selector) => [...document.querySelectorAll(selector)].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && !element.closest('.scroll:has(.heat)') && (box.left < 0 || box.right > innerWidth + 0.5);
}).map((element) => element.outerHTML.slice(0, 120))"""
SPLIT = """() => [...document.querySelectorAll('tbody th code')].filter((element) => {
  const words = [...element.childNodes].filter((node) => node.nodeType === 3);
  return words.some((node) => [...node.data.matchAll(/\\S+/g)].some((word) => {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
  }));
}).map((element) => element.textContent)"""
OVERLAPPING = """() => [...document.querySelectorAll('.plot svg.picture, .scale')].flatMap((axes) => {
  const labels = [...axes.querySelectorAll('text, span')].map((one) => [one.textContent, one.getBoundingClientRect()]);
  const seen = labels.filter(([, box]) => box.width);
  // Boxes of letters are higher than what is drawn: rows of numbers may touch. Beside each other they need a gap.
  const near = (a, b) => a.left < b.right + 3 && b.left < a.right + 3;
  const meet = (a, b) => near(a, b) && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return seen.flatMap(([text, box], index) => seen.slice(0, index).filter(([, other]) => meet(box, other))
    .map(([before]) => `${before} over ${text}`));
})"""
# Marks and ends of bars outside the ticks of their rows of intervals, and axes with fewer than two labels.
BEYOND = """() => [...document.querySelectorAll('.intervals')].flatMap((rows) => {
  const boxes = (kind) => [...rows.querySelectorAll(kind)].map((one) => one.getBoundingClientRect());
  const ticks = boxes('.tick').map((box) => box.left);
  const [first, last] = [Math.min(...ticks) - 1, Math.max(...ticks) + 1.5];
  const ends = [...boxes('.dot').map((box) => (box.left + box.right) / 2),
    ...boxes('.bar').flatMap((box) => [box.left, box.right])];
  const labels = boxes('.scale span').filter((box) => box.width).length;
  return [...ends.filter((x) => x < first || x > last).map((x) => `${rows.caption.textContent}: a mark at ${x}`),
    ...(labels < 2 ? [`${rows.caption.textContent}: ${labels} labels`] : [])];
})"""
# Hyphens that stand for minus, outside of expressions and of what is typed.
HYPHENS = """() => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('code, pre, script')) continue;
    const hyphens = node.data.matchAll(/.{0,20}(?:(?<![^\\s[(±])-(?=[.\\d]|inf|gap)|\\s-\\s).*/g);
    found.push(...[...hyphens].map((one) => one[0]));
  }
  return found;
}"""
# A number with its interval in brackets, half of it behind ±, or a unit behind it, which stand in one line each.
BROKEN = """([places, number]) => [...document.querySelectorAll(places)].flatMap((place) => {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const match of node.data.matchAll(new RegExp(number, 'g'))) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(match[0]);
    }
  }
  return found;
})"""
_NUMBER = r"[+-]?\d[\d.]*(?:e-\d+)?".replace("-", "\N{MINUS SIGN}-")
NUMBERS = rf"\[{_NUMBER},\s{_NUMBER}\]|\u00b1\s{_NUMBER}|\d\s%|T\s=\s[\d.]+|{_NUMBER}"
SHOWN = (
    "p, h1, h2, h3, h4, th, td, caption, figcaption, code, button, li:not(nav li), .plot svg, .plot text, .scale span, "
    ".drawing svg, .track"
)


def faults(page):
    """Name what reaches beyond the screen, is cut in a word or a number, or lies over something else."""
    wide = ["the page"] if page.evaluate(TOO_WIDE) else []
    broken = page.evaluate(BROKEN, ["main p, main td, main figcaption, main li", NUMBERS])
    return [
        *wide,
        *page.evaluate(OUTSIDE, SHOWN),
        *page.evaluate(SPLIT),
        *page.evaluate(OVERLAPPING),
        *page.evaluate(BEYOND),
        *broken,
    ]

// What lines, marks and swatches share: a colour, dashes and a mark for each style, so that colour is never alone.
// COLOURS, DASHES and MARKS stand before this file on the page: `charts/palette.py` has them.

function drawn(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function made(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function colourOf(style) {
  return `colour-${style % COLOURS}`;
}

function dashesOf(style) {
  return DASHES[(style + Math.floor(style / COLOURS)) % DASHES.length];
}

function markOf(style) {
  return MARKS[(style + Math.floor(style / COLOURS)) % MARKS.length];
}

// The outline of a mark around a point, as a path.
function markPath(style, x, y, size) {
  const [left, right, top, bottom] = [x - size, x + size, y - size, y + size].map((number) => number.toFixed(2));
  const [across, down] = [x.toFixed(2), y.toFixed(2)];
  switch (markOf(style)) {
    case "square":
      return `M${left} ${top}H${right}V${bottom}H${left}Z`;
    case "triangle":
      return `M${across} ${top}L${right} ${bottom}H${left}Z`;
    case "diamond":
      return `M${across} ${top}L${right} ${down}L${across} ${bottom}L${left} ${down}Z`;
    case "cross":
      return `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
    default:
      return `M${left} ${down}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
  }
}

// A short piece of a line with its mark, for legends, tables and values under the pointer.
function swatch(style) {
  const svg = drawn("svg", { viewBox: "0 0 30 12", class: `swatch ${colourOf(style)}`, "aria-hidden": "true" });
  svg.append(drawn("line", { x1: 0, x2: 30, y1: 6, y2: 6, class: "line", "stroke-dasharray": dashesOf(style) }));
  svg.append(drawn("path", { d: markPath(style, 15, 6, 4), class: "mark" }));
  return svg;
}

for (const place of document.querySelectorAll("[data-style]")) place.prepend(swatch(Number(place.dataset.style)));

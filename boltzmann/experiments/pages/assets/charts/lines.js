// A panel of lines with bands, drawn for a width in pixels.

const SPACE = { top: 10, right: 16, bottom: 28, letter: 8.2 };

// With so many points or fewer, each has its mark.
const MOST_MARKED = 40;

// About how wide a text is, in pixels; exponents are small.
function widthOf(text) {
  const small = (text.match(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g) ?? []).length;
  return SPACE.letter * (text.length - 0.4 * small);
}

// The lines of a panel that the legend has left on.
function visibleLines(panel, hidden) {
  return panel.lines.filter((line) => !hidden.has(line.name));
}

function axesOf(panel, lines, width, height, logSteps) {
  const usesLog = panel.x.switches ? logSteps : panel.x.log;
  const xs = lines.flatMap((line) => line.x).filter((number) => !usesLog || number > 0);
  const ys = lines.flatMap((line) => line.y);
  const edges = lines.flatMap((line) => [...(line.low ?? []), ...(line.high ?? [])]);
  const mostTicks = Math.max(2, height / 48);
  const yReach = reachOf({ ...panel.y, ends: "round" }, ys, edges, panel.y.log, mostTicks);
  const xReach = reachOf({ ...panel.x, ends: panel.x.ticks?.length ? "apart" : "tight" }, xs, [], usesLog);
  const y = scaleOf(panel.y, yReach, [height - SPACE.bottom, SPACE.top], panel.y.log, mostTicks);
  const left = 12 + SPACE.letter * Math.max(2, ...y.ticks.map(([, text]) => widthOf(text) / SPACE.letter));
  const inner = width - left - SPACE.right;
  const x = scaleOf(panel.x, xReach, [left, width - SPACE.right], usesLog, Math.max(2, inner / 85));
  return { x, y, left, right: width - SPACE.right, top: SPACE.top, bottom: height - SPACE.bottom, usesLog };
}

// Points as the path of a line; a value of steps holds until the next point.
function pathOf(points, isSteps) {
  const parts = points.map(([x, y], index) => {
    if (index === 0) return `M${x.toFixed(1)} ${y.toFixed(1)}`;
    return isSteps ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `L${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return parts.join("");
}

function bandPath(axes, xs, line) {
  const isSteps = line.form === "steps";
  const side = (numbers) => xs.map((x, index) => [x, axes.y.at(numbers[index])]);
  const known = line.low.map((_, index) => index).filter((index) => line.low[index] !== null && xs[index] !== null);
  const pick = (points) => known.map((index) => points[index]);
  const [upper, lower] = [pick(side(line.high)), pick(side(line.low))];
  if (isSteps) return `${pathOf(upper, true)}L${pathOf(unstepped(lower).reverse(), false).slice(1)}Z`;
  return `${pathOf(upper, false)}L${pathOf(lower.reverse(), false).slice(1)}Z`;
}

function unstepped(points) {
  return points.flatMap((point, index) => (index === 0 ? [point] : [[point[0], points[index - 1][1]], point]));
}

// The numbers below a panel that have room beside each other, as [place, text]; the first and the last one always do.
function fittingNumbers(axes) {
  const places = axes.x.ticks.map(([number, text]) => {
    const half = widthOf(text) / 2;
    return { x: Math.min(axes.x.at(number), axes.right + SPACE.right - half), half, text };
  });
  const fit = (one, other) => one.x + one.half + 6 <= other.x - other.half;
  const [end, ...before] = places.reverse();
  const kept = end ? [end] : [];
  const first = before.at(-1);
  for (const place of before) {
    if (fit(place, kept.at(-1)) && (place === first || fit(first, place))) kept.push(place);
  }
  return kept.map(({ x, text }) => [x, text]);
}

function drawGrid(svg, panel, axes) {
  for (const [number, text] of axes.y.ticks) {
    const y = axes.y.at(number);
    svg.append(drawn("line", { class: "grid", x1: axes.left, x2: axes.right, y1: y, y2: y }));
    svg.append(drawn("text", { x: axes.left - 8, y: y + 4, "text-anchor": "end" }, text));
  }
  for (const [number] of axes.x.ticks) {
    const x = axes.x.at(number);
    svg.append(drawn("line", { class: "tick", x1: x, x2: x, y1: axes.bottom, y2: axes.bottom + 5 }));
  }
  for (const [x, text] of fittingNumbers(axes)) svg.append(drawn("text", { x, y: axes.bottom + 19, "text-anchor": "middle" }, text));
  for (const number of panel.x.breaks ?? []) {
    const x = axes.x.at(number);
    svg.append(drawn("line", { class: "break", x1: x, x2: x, y1: axes.top, y2: axes.bottom }));
  }
  svg.append(drawn("line", { class: "axis", x1: axes.left, x2: axes.right, y1: axes.bottom, y2: axes.bottom }));
}

function drawLine(layer, axes, line) {
  const group = drawn("g", { class: `${colourOf(line.style)}${line.faint ? " faint" : ""}`, "data-series": line.name });
  const isLevel = line.form === "level";
  const [ys, low, high] = isLevel ? [line.y, line.low, line.high].map((one) => one && [one[0], one[0]]) : [line.y, line.low, line.high];
  const xs = isLevel ? [axes.left, axes.right] : line.x.map((x) => (axes.usesLog && x <= 0 ? null : axes.x.at(x)));
  // A level's band crosses the panel and would hide other lines; a faint one shows it under the pointer alone.
  if (low && !(isLevel && line.faint)) group.append(drawn("path", { class: "band", d: bandPath(axes, xs, { ...line, low, high }) }));
  const points = xs.map((x, index) => [x, axes.y.at(ys[index])]).filter(([x]) => x !== null);
  if (line.form !== "marks") {
    const dashes = line.form === "dashes" ? "5 3" : dashesOf(line.style);
    group.append(drawn("path", { class: "line", d: pathOf(points, line.form === "steps"), "stroke-dasharray": dashes }));
  }
  // Marks tell lines apart without colour; more of them than a few would hide the line.
  const every = line.form === "marks" || points.length <= MOST_MARKED ? 1 : Math.ceil(points.length / 6);
  const first = line.form === "marks" || every === 1 ? 0 : Math.floor(((line.style % 6) * every) / 6);
  if (!line.faint && line.form !== "dashes" && !isLevel) {
    const marks = points.filter((_, index) => index % every === first);
    group.append(drawn("path", { class: "mark", d: marks.map(([x, y]) => markPath(line.style, x, y, line.form === "marks" && marks.length < 4 ? 6 : 3.2)).join("") }));
  }
  layer.append(group);
}

function drawPanel(panel, width, state) {
  const height = Math.round(Math.min(340, Math.max(210, 0.56 * width)));
  const lines = visibleLines(panel, state.hidden);
  const axes = axesOf(panel, lines, width, height, state.logSteps);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": panel.label });
  for (const [low, high] of panel.shaded ?? []) {
    const [start, end] = [axes.x.at(low), axes.x.at(high)].map((x) => Math.min(Math.max(x, axes.left), axes.right));
    svg.append(drawn("rect", { class: "shade", x: start, y: axes.top, width: end - start, height: axes.bottom - axes.top }));
  }
  drawGrid(svg, panel, axes);
  const clip = `${panel.id}-inside`;
  const inside = drawn("clipPath", { id: clip });
  inside.append(drawn("rect", { x: axes.left - 2, y: axes.top - 6, width: axes.right - axes.left + 6, height: axes.bottom - axes.top + 12 }));
  const layer = drawn("g", { "clip-path": `url(#${clip})` });
  // The first line is the best one: it is drawn last, above the others.
  [...lines].reverse().forEach((line) => drawLine(layer, axes, line));
  svg.append(inside, layer);
  return { svg, axes, lines };
}

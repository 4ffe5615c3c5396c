// Probabilities against the temperature, as lines over the places of the slider.

const CHART = { left: 40, right: 464, top: 12, bottom: 226, gap: 30 };
const CHART_COLOURS = 6;
const CHART_DASHES = ["", "7 3", "2 3", "9 3 2 3"];

function drawn(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function lineStyle(action) {
  return { class: `line colour-${action % CHART_COLOURS}`, "stroke-dasharray": CHART_DASHES[action % CHART_DASHES.length] };
}

function chartX(place, last) {
  // The two ends stand apart: no line leads there on a log scale.
  if (place === 0) return CHART.left;
  if (place === last) return CHART.right;
  const inner = CHART.right - CHART.left - 2 * CHART.gap;
  return CHART.left + CHART.gap + (inner * (place - 1)) / (last - 2);
}

function chartY(probability) {
  return CHART.bottom - (CHART.bottom - CHART.top) * probability;
}

function drawAxes(chart, temperatures) {
  const last = temperatures.length - 1;
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = chartY(share);
    chart.append(drawn("line", { class: "grid", x1: CHART.left, x2: CHART.right, y1: y, y2: y }));
    chart.append(drawn("text", { x: CHART.left - 8, y: y + 4, "text-anchor": "end" }, String(share)));
  }
  const marks = [[0, "0"], [1, "1e−6"], [31, "0.001"], [61, "1"], [91, "1000"], [last - 1, "1e6"], [last, "∞"]];
  for (const [place, label] of marks) {
    const nudge = place === 1 ? 8 : place === last - 1 ? -6 : 0;
    chart.append(drawn("text", { x: chartX(place, last) + nudge, y: CHART.bottom + 19, "text-anchor": "middle" }, label));
  }
  const middle = (CHART.left + CHART.right) / 2;
  chart.append(drawn("text", { x: middle, y: CHART.bottom + 38, "text-anchor": "middle" }, "temperature T"));
}

function drawChart(chart, values, temperatures, chosen) {
  const last = temperatures.length - 1;
  const columns = temperatures.map((temperature) => gibbs(values, temperature).probabilities);
  chart.replaceChildren();
  drawAxes(chart, temperatures);
  const x = chartX(chosen, last);
  chart.append(drawn("line", { class: "chosen", x1: x, x2: x, y1: CHART.top, y2: CHART.bottom }));
  values.forEach((_, action) => {
    const places = columns.map((column, place) => `${chartX(place, last).toFixed(2)},${chartY(column[action]).toFixed(2)}`);
    chart.append(drawn("polyline", { points: places.slice(1, last).join(" "), ...lineStyle(action) }));
    for (const place of [0, last]) {
      const centre = { cx: chartX(place, last), cy: chartY(columns[place][action]), r: 3.5 };
      chart.append(drawn("circle", { ...centre, class: `dot colour-${action % CHART_COLOURS}` }));
    }
  });
}

// Probabilities against the temperature, as lines over the positions of the slider.

const CHART = { left: 40, right: 464, top: 12, bottom: 226, gap: 30 };
function lineStyle(action) {
  return { class: `line ${colourOf(action)}`, "stroke-dasharray": dashesOf(action) };
}

function chartX(temperature) {
  // The two ends stand apart: no line leads there on a log scale.
  if (temperature === 0) return CHART.left;
  if (temperature === Infinity) return CHART.right;
  const share = (Math.log10(temperature) - LEAST_EXPONENT) / (MOST_EXPONENT - LEAST_EXPONENT);
  return CHART.left + CHART.gap + (CHART.right - CHART.left - 2 * CHART.gap) * share;
}

function chartY(probability) {
  return CHART.bottom - (CHART.bottom - CHART.top) * probability;
}

function drawAxes(chart) {
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = chartY(share);
    chart.append(drawn("line", { class: "grid", x1: CHART.left, x2: CHART.right, y1: y, y2: y }));
    chart.append(drawn("text", { x: CHART.left - 8, y: y + 4, "text-anchor": "end" }, String(share)));
  }
  const marks = [[0, "0"], [1e-6, "1e−6", 8], [1e-3, "0.001"], [1, "1"], [1e3, "1000"], [1e6, "1e6", -6], [Infinity, "∞"]];
  for (const [temperature, label, nudge = 0] of marks) {
    const x = chartX(temperature) + nudge;
    chart.append(drawn("text", { x, y: CHART.bottom + 19, "text-anchor": "middle" }, label));
  }
  const middle = (CHART.left + CHART.right) / 2;
  chart.append(drawn("text", { x: middle, y: CHART.bottom + 38, "text-anchor": "middle" }, "temperature T"));
}

function drawChosen(chart, temperatures, temperature) {
  const [least, most] = [temperatures[1], temperatures[temperatures.length - 2]];
  const inside = temperature >= least && temperature <= most;
  if (!inside && temperature !== 0 && temperature !== Infinity) return;
  const x = chartX(temperature);
  chart.append(drawn("line", { class: "chosen", x1: x, x2: x, y1: CHART.top, y2: CHART.bottom }));
}

function drawChart(chart, values, temperatures, chosen) {
  const columns = temperatures.map((temperature) => [chartX(temperature), gibbs(values, temperature).probabilities]);
  chart.replaceChildren();
  drawAxes(chart);
  drawChosen(chart, temperatures, chosen);
  values.forEach((_, action) => {
    const points = columns.map(([x, probabilities]) => `${x.toFixed(2)},${chartY(probabilities[action]).toFixed(2)}`);
    chart.append(drawn("polyline", { points: points.slice(1, -1).join(" "), ...lineStyle(action) }));
    for (const [x, probabilities] of [columns[0], columns[columns.length - 1]]) {
      const centre = { cx: x, cy: chartY(probabilities[action]), r: 3.5 };
      chart.append(drawn("circle", { ...centre, class: `dot ${colourOf(action)}` }));
    }
  });
}

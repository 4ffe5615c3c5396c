// Draws every chart of the page from its numbers, again whenever its width or what is shown has changed.

function readPanels(chart) {
  const { names, styles, arrays, panels } = JSON.parse(chart.dataset.chart);
  return panels.map((panel, index) => ({
    ...panel,
    id: `${chart.id}-panel-${index}`,
    lines: panel.lines.map((line) => ({ ...line, name: names[line.name], style: styles[line.name], x: arrays[line.x] })),
  }));
}

function startChart(chart, state) {
  const panels = readPanels(chart);
  const names = new Map(panels.flatMap((panel) => panel.lines.map((line) => [line.name, line.style])));
  const tools = chart.querySelector(".tools");
  if (panels.some((panel) => panel.x.switches)) tools.append(stepsSwitch(state));
  tools.append(legendOf(names, state));
  const places = [...chart.querySelectorAll(".plot")];

  function draw(index, width) {
    const place = places[index];
    if (width < 80) return;
    const picture = drawPanel(panels[index], width, state);
    place.querySelector("svg.picture")?.remove();
    picture.svg.classList.add("picture");
    place.prepend(picture.svg);
    place.dataset.width = String(width);
    watchPanel(place, panels[index], picture);
  }

  const watcher = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const width = Math.floor(entry.contentRect.width);
      if (String(width) !== entry.target.dataset.width) draw(places.indexOf(entry.target), width);
    }
  });
  places.forEach((place) => watcher.observe(place));
  return (width) => places.forEach((place, index) => draw(index, width ?? Number(place.dataset.width ?? 0)));
}

function startCharts() {
  const state = { hidden: new Set(), logSteps: false, changed };
  const charts = [...document.querySelectorAll(".chart[data-chart]")].map((chart) => startChart(chart, state));
  function changed() {
    followState(state);
    charts.forEach((redraw) => redraw());
  }
  followState(state);
  // Two panels stand side by side on paper; nothing there is laid out anew after it was measured.
  const onPaper = 420;
  window.addEventListener("beforeprint", () => charts.forEach((redraw) => redraw(onPaper)));
  window.addEventListener("afterprint", () => {
    charts.forEach((redraw) => redraw());
    for (const place of document.querySelectorAll(".plot")) place.dataset.width = "";
  });
}

startCharts();

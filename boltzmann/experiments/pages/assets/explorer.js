// The explorer: what is typed and slid goes through gibbs() and is shown.

function startExplorer() {
  const part = (name) => document.getElementById(`explorer-${name}`);
  const temperatures = sliderTemperatures();
  const [typed, heat, slider] = [part("values"), part("temperature"), part("slider")];
  slider.max = String(temperatures.length - 1);

  function cell(tag, text, name) {
    const element = document.createElement(tag);
    if (tag === "th") element.scope = "row";
    if (name) element.className = name;
    element.textContent = text;
    return element;
  }

  function row(value, probability, action) {
    const number = cell("td", written(probability), "number");
    number.dataset.value = String(probability);
    const swatch = drawn("svg", { viewBox: "0 0 24 6", class: "swatch", "aria-hidden": "true" });
    swatch.append(drawn("line", { x1: 0, x2: 24, y1: 3, y2: 3, ...lineStyle(action) }));
    const name = cell("th", "");
    name.append(swatch, ` ${action}`);
    const bar = cell("td", "", "bar");
    const fill = cell("span", "", `colour-${action % CHART_COLOURS}`);
    fill.style.width = `${100 * probability}%`;
    bar.append(fill);
    const line = document.createElement("tr");
    line.append(name, cell("td", written(value), "number"), number, bar);
    return line;
  }

  function show(name, quantity) {
    part(name).textContent = written(quantity);
    part(name).dataset.value = String(quantity);
  }

  function refuse(error) {
    const wrong = error.message.startsWith("temperature") ? heat : typed;
    for (const field of [typed, heat]) field.setAttribute("aria-invalid", String(field === wrong));
    part("error").textContent = error.message;
    part("answer").classList.add("stale");
  }

  function update() {
    let values;
    let temperature;
    try {
      values = readValues(typed.value);
      temperature = readTemperature(heat.value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(error);
      return;
    }
    for (const field of [typed, heat]) field.removeAttribute("aria-invalid");
    part("error").textContent = "";
    part("answer").classList.remove("stale");
    const place = nearestPlace(temperatures, temperature);
    const meaning = { 0: ", greedy", [temperatures.length - 1]: ", uniform" }[place] ?? "";
    slider.value = String(place);
    slider.setAttribute("aria-valuetext", `T = ${written(temperature)}${meaning}`);
    const found = gibbs(values, temperature);
    part("rows").replaceChildren(...values.map((value, action) => row(value, found.probabilities[action], action)));
    show("entropy", found.entropy);
    show("log-partition", found.logPartition);
    show("soft-value", found.softValue);
    drawChart(part("chart"), values, temperatures, temperature);
  }

  slider.addEventListener("input", () => {
    const temperature = temperatures[Number(slider.value)];
    heat.value = temperature === Infinity ? "inf" : String(temperature);
    update();
  });
  typed.addEventListener("input", update);
  heat.addEventListener("input", update);
  update();
}

startExplorer();

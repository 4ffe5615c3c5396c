// The explorer shows the Gibbs distribution of the values and the temperature that the reader enters.

function startExplorer() {
  const part = (name) => document.getElementById(`explorer-${name}`);
  const temperatures = sliderTemperatures();
  const [valuesField, temperatureField, slider] = [part("values"), part("temperature"), part("slider")];
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
    const name = cell("th", "");
    name.append(swatch(action), ` ${action}`);
    const bar = cell("td", "", "bar");
    const fill = cell("span", "", colourOf(action));
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
    const wrong = error.message.startsWith("temperature") ? temperatureField : valuesField;
    for (const field of [valuesField, temperatureField]) field.setAttribute("aria-invalid", String(field === wrong));
    part("error").textContent = error.message;
    part("answer").classList.add("stale");
  }

  function update() {
    let values;
    let temperature;
    try {
      values = readValues(valuesField.value);
      temperature = readTemperature(temperatureField.value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(error);
      return;
    }
    for (const field of [valuesField, temperatureField]) field.removeAttribute("aria-invalid");
    part("error").textContent = "";
    part("answer").classList.remove("stale");
    const position = nearestPosition(temperatures, temperature);
    const meaning = { 0: ", greedy", [temperatures.length - 1]: ", uniform" }[position] ?? "";
    slider.value = String(position);
    slider.setAttribute("aria-valuetext", `T = ${written(temperature)}${meaning}`);
    const distribution = gibbs(values, temperature);
    part("rows").replaceChildren(...values.map((value, action) => row(value, distribution.probabilities[action], action)));
    show("entropy", distribution.entropy);
    show("log-partition", distribution.logPartition);
    show("soft-value", distribution.softValue);
    drawChart(part("chart"), values, temperatures, temperature);
  }

  slider.addEventListener("input", () => {
    const temperature = temperatures[Number(slider.value)];
    temperatureField.value = temperature === Infinity ? "inf" : String(temperature);
    update();
  });
  valuesField.addEventListener("input", update);
  temperatureField.addEventListener("input", update);
  update();
}

startExplorer();

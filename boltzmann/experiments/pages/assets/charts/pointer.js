// The values under the pointer, or at the place that arrow keys have reached.

// The index of the point of a line for a number on the x axis: the nearest, or the one whose step it is in.
function indexAt(line, x, at) {
  if (line.form === "level") return 0;
  let best = -1;
  for (let index = 0; index < line.x.length; index += 1) {
    if (line.form === "steps" ? line.x[index] <= x || best < 0 : best < 0 || Math.abs(at(line.x[index]) - at(x)) < Math.abs(at(line.x[best]) - at(x))) best = index;
  }
  return best;
}

function valueRow(panel, line, index) {
  const [low, high] = line.low ? [line.low[index], line.high[index]] : [];
  const row = made("li");
  const value = made("span", "value", asEstimate(line.y[index], low, high, panel.y.percent));
  Object.assign(value.dataset, { value: line.y[index], low: low ?? "", high: high ?? "", x: line.x[index] ?? "" });
  row.append(swatch(line.style), made("span", "name", line.name), value);
  row.dataset.series = line.name;
  return row;
}

function placeText(panel, x) {
  const own = (panel.x.ticks ?? []).find(([number]) => Math.abs(number - x) < 1e-9);
  const number = own ? own[1] : panel.x.exponents ? asText(10 ** x) : panel.x.percent ? asPercent(x) : asText(x, 6);
  return `${panel.x.short ?? panel.x.label}: ${number}`;
}

// The values stand beside the line, on the side with more room.
function besideCross(readout, place, x) {
  const left = place.getBoundingClientRect().left;
  const [before, behind] = [left + x, document.documentElement.clientWidth - left - x];
  const isBefore = before > behind;
  readout.style.left = isBefore ? "auto" : `${x + 12}px`;
  readout.style.right = isBefore ? `${place.clientWidth - x + 12}px` : "auto";
  readout.style.maxWidth = `min(26rem, ${Math.floor(Math.max(before, behind)) - 20}px)`;
}

function watchPanel(place, panel, picture) {
  const { svg, axes, lines } = picture;
  const readout = place.querySelector(".readout");
  const cross = drawn("g", { class: "cross", "aria-hidden": "true" });
  svg.append(cross);
  const followed = lines.filter((line) => line.form !== "level" && line.form !== "dashes" && line.x.length > 0);
  let position = -1;

  function hide() {
    position = -1;
    cross.replaceChildren();
    readout.hidden = true;
  }

  function show(x) {
    if (followed.length === 0) return;
    // All lines are read at one point of the first line that has one there.
    const anchor = followed.reduce((best, line) => {
      const near = (one) => Math.abs(axes.x.at(one.x[indexAt(one, x, axes.x.at)]) - axes.x.at(x));
      return near(line) < near(best) ? line : best;
    });
    position = indexAt(anchor, x, axes.x.at);
    const at = anchor.form === "steps" ? x : anchor.x[position];
    const rows = lines
      .filter((line) => line.form !== "dashes" && line.y.length > 0)
      .map((line) => [line, indexAt(line, at, axes.x.at)])
      .filter(([line, index]) => line.form !== "marks" || line.x[index] === at)
      .sort(([one, i], [other, j]) => other.y[j] - one.y[i]);
    cross.replaceChildren(drawn("line", { x1: axes.x.at(at), x2: axes.x.at(at), y1: axes.top, y2: axes.bottom }));
    rows.forEach(([line, index]) => {
      const x1 = line.form === "steps" || line.form === "level" ? axes.x.at(at) : axes.x.at(line.x[index]);
      const y1 = Math.min(Math.max(axes.y.at(line.y[index]), axes.top), axes.bottom);
      cross.append(drawn("circle", { class: colourOf(line.style), cx: x1, cy: y1, r: 4 }));
    });
    const list = made("ul");
    list.append(...rows.map(([line, index]) => valueRow(panel, line, index)));
    readout.replaceChildren(made("p", "", placeText(panel, at)), list);
    readout.hidden = false;
    besideCross(readout, place, axes.x.at(at) * (place.clientWidth / svg.viewBox.baseVal.width));
  }

  function numberAt(event) {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) * svg.viewBox.baseVal.width) / box.width;
    return axes.x.from(Math.min(Math.max(x, axes.left), axes.right));
  }

  function step(by) {
    const xs = followed[0]?.x ?? [];
    if (xs.length === 0) return;
    const next = position < 0 ? (by > 0 ? 0 : xs.length - 1) : Math.min(Math.max(position + by, 0), xs.length - 1);
    show(xs[next]);
    position = next;
  }

  const keys = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), PageUp: () => step(10), PageDown: () => step(-10), Escape: hide };
  keys.Home = () => { position = -1; step(1); };
  keys.End = () => { position = -1; step(-1); };
  svg.addEventListener("pointermove", (event) => show(numberAt(event)));
  svg.addEventListener("pointerdown", (event) => show(numberAt(event)));
  svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
  place.onblur = hide;
  place.onkeydown = (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };
  hide();
}

// The legend of a chart: each name is a button that hides and shows its lines and rows on the whole page.

function toolButton(text, onPress) {
  const button = made("button", "tool", text);
  button.type = "button";
  button.addEventListener("click", onPress);
  return button;
}

function legendOf(names, state) {
  const legend = made("div", "legend");
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Shown lines");
  for (const [name, style] of names) {
    const button = made("button", "key");
    button.type = "button";
    button.dataset.series = name;
    button.append(swatch(style), made("span", "name", name));
    button.addEventListener("click", () => {
      if (state.hidden.has(name)) state.hidden.delete(name);
      else state.hidden.add(name);
      state.changed();
    });
    for (const [event, isOver] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
      button.addEventListener(event, () => emphasise(button.closest(".chart"), isOver ? name : null));
    }
    legend.append(button);
  }
  if (names.size > 2) {
    legend.append(
      toolButton("Show all", () => {
        state.hidden.clear();
        state.changed();
      }),
      toolButton("Hide all", () => {
        for (const name of names.keys()) state.hidden.add(name);
        state.changed();
      }),
    );
  }
  return legend;
}

// The lines of one name stand out while its button is under the pointer or has the focus.
function emphasise(chart, name) {
  for (const group of chart.querySelectorAll("svg [data-series]")) {
    group.classList.toggle("dimmed", name !== null && group.dataset.series !== name);
  }
}

function stepsSwitch(state) {
  const group = made("div", "switch");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Scale of the steps");
  group.append(made("span", "", "Steps"));
  for (const [text, isLog] of [["linear", false], ["log", true]]) {
    const button = toolButton(text, () => {
      state.logSteps = isLog;
      state.changed();
    });
    button.dataset.logSteps = String(isLog);
    group.append(button);
  }
  return group;
}

// What the buttons say follows what is shown; rows of intervals are hidden as lines are.
function followState(state) {
  for (const button of document.querySelectorAll("button.key")) {
    button.setAttribute("aria-pressed", String(!state.hidden.has(button.dataset.series)));
  }
  for (const button of document.querySelectorAll("button[data-log-steps]")) {
    button.setAttribute("aria-pressed", String(button.dataset.logSteps === String(state.logSteps)));
  }
  for (const row of document.querySelectorAll("tr[data-series]")) row.hidden = state.hidden.has(row.dataset.series);
}

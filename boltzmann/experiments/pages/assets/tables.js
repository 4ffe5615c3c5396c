// Columns sort their table: by the number that a cell begins with, else by its text; empty cells stay last.

function sortKey(cell) {
  const text = cell.textContent.trim().replace(/^\([^)]*\)\s*/, "").replace(/−/g, "-");
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text);
  return { text, number: number ? Number(number[0]) : /^[+-]?(inf|∞)/.test(text) ? Infinity : null };
}

function compareKeys(one, other) {
  if (one.number !== null && other.number !== null) return one.number - other.number;
  if ((one.number === null) !== (other.number === null)) return one.number === null ? 1 : -1;
  return one.text.localeCompare(other.text, "en", { numeric: true });
}

function sortRows(table, column, isDescending) {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [sortKey(row.cells[column]), row]);
  const isNothing = (key) => key.text === "" || key.text === "–" || key.text === "-" || key.text === "no value";
  keyed.sort(([one], [other]) => {
    if (isNothing(one) || isNothing(other)) return Number(isNothing(one)) - Number(isNothing(other));
    return isDescending ? compareKeys(other, one) : compareKeys(one, other);
  });
  body.append(...keyed.map(([, row]) => row));
}

function startTable(table) {
  const heads = [...table.tHead.rows[0].cells];
  if (table.tBodies[0].rows.length < 2) return;
  heads.forEach((head, column) => {
    if (head.textContent.trim() === "") return;
    const button = made("button", "sort");
    button.type = "button";
    button.append(...head.childNodes, made("span", "arrow"));
    button.lastChild.setAttribute("aria-hidden", "true");
    head.append(button);
    button.addEventListener("click", () => {
      const isDescending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      sortRows(table, column, isDescending);
    });
  });
}

for (const table of document.querySelectorAll("table.sortable")) startTable(table);

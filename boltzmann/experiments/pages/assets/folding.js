// A link opens the section that it leads to; all sections are open on paper, and as they were afterwards.

function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const section = target?.querySelector(":scope > details");
  if (section) section.open = true;
}

const folded = new Set();
window.addEventListener("hashchange", openTarget);
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    folded.add(part);
    part.open = true;
  }
});
window.addEventListener("afterprint", () => {
  folded.forEach((part) => { part.open = false; });
  folded.clear();
});
openTarget();

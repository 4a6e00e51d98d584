// The state to the screen, and the keys.
const VIEWS = { things: tableOfThings, papers: tableOfPapers, results: tableOfResults, boards: showBoards, timeline: showTimeline, sparql: typeof showSparql === "function" ? showSparql : null };
function show(now, before) {
  const same = (...keys) => before && keys.every((key) => String(now[key]) === String(before[key]));
  if (!same("theme")) paint();
  draw();
  if (!same("colour", "theme")) legend();
  sync();
  showPanel();
  for (const section of document.querySelectorAll("main > .view")) section.hidden = section.id !== (state.view === "graph" ? "graph-view" : state.view === "sparql" ? "sparql" : "sheet");
  if (VIEWS[state.view]) VIEWS[state.view]();
  measure();
  decorate();
}
let size = "";
/** Tell vis-network how large its place has become. */
function measure() {
  const now = `${ground.clientWidth}x${ground.clientHeight}`;
  if (now === size || !ground.clientWidth) return;
  const first = size === "";
  size = now;
  network.setSize(`${ground.clientWidth}px`, `${ground.clientHeight}px`);
  network.redraw();
  if (first) fit(false);
}
listeners.push(show);
new ResizeObserver(() => { measure(); decorate(); }).observe(ground);
darkness.addEventListener("change", () => show(state, null));

document.addEventListener("keydown", (event) => {
  const typing = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) && document.activeElement.type !== "checkbox" && document.activeElement.type !== "radio";
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !typing) {
    event.preventDefault();
    $("search").focus();
    $("search").select();
  } else if (event.key === "Escape" && !typing) {
    if (state.at || state.with) change({ at: "", with: "", depth: 0 });
    else if (state.a || state.b) change({ a: "", b: "" });
    openControls(false);
  } else if (document.activeElement === ground) {
    const step = 60 / network.getScale(), { x, y } = network.getViewPosition();
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) { event.preventDefault(); moveTo({ x: x + moves[event.key][0], y: y + moves[event.key][1] }, network.getScale(), false); }
    else if (event.key === "+" || event.key === "=") zoomBy(1.4);
    else if (event.key === "-") zoomBy(1 / 1.4);
    else if (event.key === "0") fit(true);
  }
});

show(state, null);
const start = byId.get(state.at);
if (start && state.view === "graph" && !state.depth && !state.with) visit(start);
else fit(false);
showPath(false);
window.paperatlas = { network, choose: (id) => choose(byId.get(id)), fit, state: () => state, shown: () => [...selection.shown].map((node) => node.id), lines: () => selection.lines.map((pair) => pair.id), names: () => written, screen: (id) => { const place = projection(), node = byId.get(id); return { x: place.x(node.x), y: place.y(node.y) }; } };
document.body.dataset.ready = "true";

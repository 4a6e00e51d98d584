// The filters and switches; each shows the state and changes it.
function toggled(list, name) {
  return list.includes(name) ? list.filter((other) => other !== name) : [...list, name];
}
const syncing = []; // what each control does when the state has changed

function switches(container, key, entries) {
  for (const { name, label, count, dot, title } of entries) {
    const box = make("input", { type: "checkbox", value: name, onchange: () => change({ [key]: toggled(state[key], name) }) });
    const only = button("only", () => {
      const others = entries.map((entry) => entry.name).filter((other) => other !== name);
      change({ [key]: state[key].length === others.length && !state[key].includes(name) ? [] : others });
    }, { class: "only", "aria-label": `Only ${label}` });
    container.append(make("div", { class: "switch" }, make("label", { title }, box, dot ? make("span", { class: `dot ${dot}` }) : null, make("span", {}, label), make("span", { class: "count" }, count.toLocaleString("en"))), only));
    syncing.push(() => { box.checked = !state[key].includes(name); });
  }
}
switches($("types"), "hide", Object.entries(types).map(([name, meaning]) => ({ name, label: name, count: things.filter((n) => n.group === name).length, dot: name, title: meaning })).filter((entry) => entry.count));
switches($("relations"), "not", Object.entries(relations).map(([name, [reads]]) => ({ name, label: reads, count: edges.filter((e) => e.type === name).length })).filter((entry) => entry.count));

function slider(id, key, { least, most, step, tell }) {
  const input = $(id);
  Object.assign(input, { min: least, max: most, step });
  const output = input.parentElement.querySelector("output");
  let rest = 0;
  input.addEventListener("input", () => {
    // A heavy graph is drawn when the hand rests.
    clearTimeout(rest);
    output.textContent = tell(Number(input.value));
    if (selection.shown.size + selection.lines.length < HEAVY) change({ [key]: Number(input.value) });
    else rest = setTimeout(() => change({ [key]: Number(input.value) }), 200);
  });
  syncing.push(() => {
    input.value = state[key];
    const text = tell(state[key]);
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  });
}
const mostNamed = things.length ? Math.max(...things.slice(0, 200).map((node) => node.support), 1) : 1;
slider("support", "support", { least: 1, most: Math.min(mostNamed, 20), step: 1, tell: (n) => (n === 1 ? "any" : `${n} papers or more`) });
slider("sure", "sure", { least: 0, most: 0.95, step: 0.05, tell: (n) => (n === 0 ? "any" : `${Math.round(n * 100)} % or more`) });
if (FIRST_YEAR < LAST_YEAR) {
  slider("from", "from", { least: FIRST_YEAR, most: LAST_YEAR, step: 1, tell: String });
  slider("to", "to", { least: FIRST_YEAR, most: LAST_YEAR, step: 1, tell: String });
  $("from").addEventListener("change", () => { if (state.from > state.to) change({ to: state.from }); });
  $("to").addEventListener("change", () => { if (state.to < state.from) change({ from: state.to }); });
} else $("years").hidden = true;

for (const box of document.querySelectorAll("input[name=colour]")) {
  box.addEventListener("change", () => change({ colour: box.value }));
  syncing.push(() => { box.checked = state.colour === box.value; });
}
$("papers").addEventListener("change", () => change({ papers: $("papers").checked }));
syncing.push(() => { $("papers").checked = state.papers; });
$("more").addEventListener("click", () => { change({ n: Math.max(state.n, FIRST) * 2 >= JOINED ? ALL : Math.max(state.n, FIRST) * 2 }); fit(true); });
$("everything").addEventListener("click", () => { change({ n: state.n >= ALL ? FIRST : ALL }); fit(true); });
$("fit").addEventListener("click", () => fit(true));
$("nearer").addEventListener("click", () => zoomBy(1.4));
$("farther").addEventListener("click", () => zoomBy(1 / 1.4));
const zoomBy = (factor) => moveTo(network.getViewPosition(), network.getScale() * factor, true);
$("reset").addEventListener("click", () => {
  const { theme, view } = state;
  change({ ...DEFAULTS, theme, view });
  fit(false);
});
$("path-clear").addEventListener("click", () => change({ a: "", b: "" }));
syncing.push(() => {
  for (const [id, end] of [["path-from", "a"], ["path-to", "b"]]) if (document.activeElement !== $(id) || state[end]) $(id).value = state[end] ? byId.get(state[end]).label : $(id).value && !state[end] && document.activeElement === $(id) ? $(id).value : "";
  $("path-clear").hidden = !state.a && !state.b;
});

/** The legend of whatever the colours mean. */
function legend() {
  const rows = [];
  if (state.colour === "area") {
    const sizes = new Map();
    for (const node of things) if (node.area >= 0) sizes.set(node.area, [...(sizes.get(node.area) || []), node]);
    for (const [area, members] of [...sizes].sort(([a], [b]) => a - b).slice(0, AREAS.length)) {
      rows.push(make("li", {}, swatch(AREAS[area]), link(members[0]), make("span", { class: "count" }, String(members.length))));
    }
  } else if (state.colour === "year") {
    const steps = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(FIRST_YEAR + share * (LAST_YEAR - FIRST_YEAR))))];
    for (const year of steps.filter(Boolean)) rows.push(make("li", {}, swatch(yearColour(year)), `first named in ${year}`));
  }
  $("legend").replaceChildren(...rows);
}
function swatch(ink) {
  const dot = make("span", { class: "dot" });
  dot.style.color = ink;
  return dot;
}

function openControls(open = true) {
  document.body.classList.toggle("with-controls", open);
  $("filters-button").setAttribute("aria-expanded", String(open));
}
$("filters-button").addEventListener("click", () => openControls(!document.body.classList.contains("with-controls")));
for (const tab of document.querySelectorAll("#views button")) {
  tab.addEventListener("click", () => change({ view: tab.id.replace("view-", "") }));
  syncing.push(() => tab.setAttribute("aria-current", state.view === tab.id.replace("view-", "") ? "page" : "false"));
}
const darkness = matchMedia("(prefers-color-scheme: dark)");
function paint() {
  const dark = state.theme ? state.theme === "dark" : darkness.matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  $("theme").setAttribute("aria-pressed", String(dark));
  palette.clear();
}
$("theme").addEventListener("click", () => change({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" }));

function sync() {
  for (const control of syncing) control();
  const filters = ["hide", "not", "from", "to", "support", "sure"].filter((key) => String(state[key]) !== String(DEFAULTS[key])).length;
  $("reset").hidden = fragmentOf({ ...state, theme: "", view: "graph" }) === "";
  $("filters-button").textContent = filters ? `Filters (${filters})` : "Filters";
  const count = [...selection.shown].filter((node) => !isPaper(node)).length;
  const total = selection.passing.size;
  $("status").textContent = `${count.toLocaleString("en")} of ${plural(things.length, "thing")}${total < things.length ? ` (${total.toLocaleString("en")} pass the filters)` : ""}, ${plural(paperNodes.length, "paper")}`
    + (leftOut ? `; ${leftOut.toLocaleString("en")} less important ones are not in this page` : "");
  $("more").hidden = state.depth > 0 || count >= total;
  $("everything").hidden = things.length <= FIRST && JOINED === things.length;
  $("everything").textContent = state.n >= ALL ? "Show less" : "Show all";
  $("empty").hidden = selection.shown.size > 0;
}

// What the person has chosen. All of it stands in the URL's fragment: a link brings it back, and so does the back button.
const DEFAULTS = {
  view: "graph", at: "", with: "", depth: 0, a: "", b: "", hide: [], not: [], from: FIRST_YEAR, to: LAST_YEAR,
  support: 1, sure: 0, n: FIRST, papers: false, colour: "type", theme: "", board: "", sort: "",
};
const CHOICES = {
  view: ["graph", "things", "papers", "results", "boards", "timeline", "sparql"], colour: ["type", "area", "year"], theme: ["", "light", "dark"],
};
/** A change of one of these is a step that the back button takes back; other changes are not worth one. */
const STEPS = new Set(["view", "at", "with", "a", "b", "board"]);
const listeners = [];
let state = parseState(location.hash);

function parseState(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const found = {};
  for (const [key, standard] of Object.entries(DEFAULTS)) {
    const text = given.get(key);
    if (text === null) found[key] = standard;
    else if (Array.isArray(standard)) found[key] = text.split(",").filter(Boolean);
    else if (typeof standard === "number") found[key] = Number.isFinite(Number(text)) ? Number(text) : standard;
    else if (typeof standard === "boolean") found[key] = text === "1";
    else found[key] = !CHOICES[key] || CHOICES[key].includes(text) ? text : standard;
  }
  for (const key of ["at", "with", "a", "b"]) if (!byId.has(found[key])) found[key] = "";
  if (found.view === "sparql" && !$("view-sparql")) found.view = "graph";
  if (found.with && !pairs.has(pairKey(found.at, found.with))) found.with = "";
  found.depth = Math.min(Math.max(Math.trunc(found.depth), 0), 3);
  return found;
}
function fragmentOf(values) {
  const given = new URLSearchParams();
  for (const [key, standard] of Object.entries(DEFAULTS)) {
    const value = values[key];
    if (String(value) !== String(standard)) given.set(key, typeof value === "boolean" ? "1" : String(value));
  }
  return String(given);
}
/** Take over changes, tell the URL, and show them. */
function change(changes) {
  const before = state;
  state = { ...state, ...changes };
  const step = Object.keys(changes).some((key) => STEPS.has(key) && before[key] !== state[key]);
  const fragment = fragmentOf(state);
  const url = fragment ? `#${fragment}` : location.pathname + location.search;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  for (const listener of listeners) listener(state, before);
}
addEventListener("popstate", () => {
  const before = state;
  state = parseState(location.hash);
  for (const listener of listeners) listener(state, before);
});

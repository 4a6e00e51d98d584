// Tables of all that the filters let through: sorted by any column, written to CSV.
const PAGE = 200;
/** A column: what stands in its head, what a row has there (to sort and to write), and how it is shown if not as text. */
const column = (head, value, show, number) => ({ head, value, show, number });
const NAMES = new Set(["Name", "Title", "System"]);
const cellClass = (one) => (one.number ? "number" : one.head === "Date" || one.head === "First" ? "date" : one.head === "Paper" || NAMES.has(one.head) ? "name" : null);

function table(name, columns, rows, standard) {
  const [by, down] = state.sort.startsWith(`${name}.`) ? [state.sort.split(".")[1], state.sort.endsWith(".down")] : standard;
  const sorter = columns.find((one) => one.head === by) || columns[0];
  const keyed = rows.map((row) => [sorter.value(row), row]);
  const compare = sorter.number ? (a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b) : (a, b) => a.localeCompare(b, "en", { numeric: true });
  keyed.sort(([a], [b]) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return down ? compare(b, a) : compare(a, b);
  });
  const sorted = keyed.map(([, row]) => row);
  const body = make("tbody");
  const more = button("", () => fill(), { class: "more" });
  const fill = () => {
    const at = body.childElementCount;
    body.append(...sorted.slice(at, at + PAGE).map((row) => make("tr", {}, ...columns.map((one) => make("td", { class: cellClass(one), dir: one.number ? null : "auto" }, one.show ? one.show(row) : String(one.value(row)))))));
    more.hidden = body.childElementCount >= sorted.length;
    more.textContent = `Show ${Math.min(PAGE, sorted.length - body.childElementCount)} more rows`;
  };
  fill();
  const heads = columns.map((one) => make("th", { scope: "col", class: one.number ? "number" : null, "aria-sort": one === sorter ? (down ? "descending" : "ascending") : null },
    button(one.head, () => change({ sort: `${name}.${one.head}.${one === sorter ? (down ? "up" : "down") : one.number ? "down" : "up"}` }))));
  return [
    make("div", { class: "sheet-head" }, make("p", { role: "status" }, `${plural(rows.length, "row")}`),
      button("Download CSV", () => save(new Blob(["\ufeff", csv(columns, sorted)], { type: "text/csv;charset=utf-8" }), `paperatlas-${name}.csv`))),
    rows.length ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body), more) : make("p", { class: "soft" }, "Nothing passes the filters."),
  ];
}
/** A cell of text that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers. */
function cell(value) {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
const csv = (columns, rows) => [columns.map((one) => cell(one.head)), ...rows.map((row) => columns.map((one) => cell(one.value(row))))].map((cells) => cells.join(",") + "\r\n").join("");

function tableOfThings() {
  const rows = things.filter((node) => selection.kept.has(node));
  setSheet("Things", table("things", [
    column("Name", (node) => node.label, (node) => link(node)),
    column("Type", (node) => node.group, (node) => kind(node)),
    column("Papers", (node) => node.support, null, true),
    column("Links", (node) => node.joined, null, true),
    column("First", (node) => node.date),
    column("Aliases", (node) => node.aliases.join(" | "), (node) => shorten(node.aliases.join(", "), 120)),
  ], rows, ["Papers", true]));
}
function papersKept() {
  const open = paperNodes.filter((paper) => selection.allowed.has(paper));
  const narrowed = selection.kept.size < things.length;
  return open.filter((paper) => !narrowed || papers[paper.id].marks.some(([, , thing]) => selection.kept.has(byId.get(thing))));
}
function tableOfPapers() {
  const named = new Map(paperNodes.map((paper) => [paper, new Set(papers[paper.id].marks.map(([, , thing]) => thing)).size]));
  setSheet("Papers", table("papers", [
    column("Title", (paper) => paper.label, (paper) => link(paper)),
    column("Date", (paper) => papers[paper.id].date),
    column("Things", (paper) => named.get(paper), null, true),
    column("Identifier", (paper) => paper.id.replace(/^paper\//, "")),
    column("Link", (paper) => papers[paper.id].link, (paper) => address(papers[paper.id].link) || papers[paper.id].link),
  ], papersKept(), ["Date", true]));
}
/** The numbers whose system, metric and data set pass the filters. */
function resultsKept() {
  const fits = (node) => !node || (isPaper(node) ? selection.allowed.has(node) : selection.kept.has(node));
  return results.filter((result) => fits(result.subject) && fits(result.metric) && fits(result.dataset) && selection.allowed.has(result.paper) && edgePasses(result.edge) && result.confidence >= state.sure);
}
const RESULT_COLUMNS = [
  column("System", (result) => result.subject.label, (result) => link(result.subject)),
  column("Metric", (result) => result.metric.label, (result) => link(result.metric)),
  column("Value", (result) => Number(result.value), (result) => `${result.kind === "gain" ? "+" : ""}${result.value}`, true),
  column("Unit", (result) => result.unit),
  column("Dataset", (result) => (result.dataset ? result.dataset.label : ""), (result) => (result.dataset ? link(result.dataset) : "")),
  column("Kind", (result) => result.kind),
  column("Paper", (result) => result.paper.label, (result) => link(result.paper, shorten(result.paper.label, 60))),
  column("Date", (result) => papers[result.paper.id].date),
  column("Evidence", (result) => sentenceOf(result.place), (result) => make("details", {}, make("summary", {}, "sentence"), quote(result.place, new Set([result.subject.id, result.metric.id, result.dataset?.id])))),
];
const sentenceOf = ([paper, start, end]) => papers[paper].text.slice(start, end).trim();
function tableOfResults() {
  setSheet("Results", table("results", RESULT_COLUMNS, resultsKept(), ["Date", true]));
}
function setSheet(title, parts) {
  $("sheet").setAttribute("aria-label", title);
  const at = $("sheet").querySelector(".scroll")?.scrollTop || 0;
  const same = $("sheet").dataset.view === state.view;
  $("sheet").dataset.view = state.view;
  $("sheet").replaceChildren(make("h2", {}, title), ...parts);
  if (same && $("sheet").querySelector(".scroll")) $("sheet").querySelector(".scroll").scrollTop = at;
}

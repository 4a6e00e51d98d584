// SPARQL over the graph's own triples, answered by Oxigraph in the page.
const PREFIXES = read("sparql-prefixes");
let answering = null; // the store, once it is made

async function unpacked(id) {
  const packed = Uint8Array.from(atob($(id).textContent.trim()), (character) => character.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}
async function makeStore() {
  const { initSync, Store } = window.oxigraph;
  initSync({ module: await WebAssembly.compile(await unpacked("sparql-binary")) });
  const store = new Store();
  store.load(await unpacked("sparql-triples"), { format: "application/n-triples", lenient: true, no_transaction: true });
  return store;
}
const EXAMPLES = [
  ["What builds on something?", "SELECT ?new ?known WHERE {\n  ?new pa:extends ?known .\n}"],
  ["The data sets that most systems are evaluated on", "SELECT ?dataset (COUNT(DISTINCT ?system) AS ?systems) WHERE {\n  ?system pa:evaluatedOn ?dataset .\n} GROUP BY ?dataset ORDER BY DESC(?systems) LIMIT 20"],
  ["What outperforms what, with the sentence", "SELECT ?better ?worse ?quote WHERE {\n  ?statement rdf:subject ?better ; rdf:predicate pa:outperforms ; rdf:object ?worse ; pa:evidence/pa:quote ?quote .\n} LIMIT 100"],
];
/** Declare the usual prefixes that a query uses and does not declare. */
function declared(query) {
  const missing = Object.entries(PREFIXES.prefixes).filter(([name]) => new RegExp(`(^|[^\\w-])${name}:`).test(query) && !new RegExp(`prefix\\s+${name}:`, "i").test(query));
  return missing.map(([name, iri]) => `PREFIX ${name}: <${iri}> `).join("") + query;
}
/** A term of an answer: what is in the graph leads there, other names are shortened. */
function term(value) {
  if (!value) return "";
  if (value.type !== "uri") return value.value;
  const { base, prefixes } = PREFIXES;
  if (value.value.startsWith(base)) {
    let id = value.value.slice(base.length);
    try { id = decodeURIComponent(id); } catch { /* not encoded by us: as it stands */ }
    if (byId.has(id)) return link(byId.get(id));
  }
  const known = Object.entries(prefixes).find(([, iri]) => value.value.startsWith(iri));
  return known ? `${known[0]}:${value.value.slice(known[1].length)}` : value.value;
}
function answer(found) {
  if ("boolean" in found) return [make("p", {}, found.boolean ? "yes" : "no")];
  const names = found.head.vars, rows = found.results.bindings;
  const columns = names.map((name) => column(name, (row) => row[name]?.value ?? ""));
  return [
    make("div", { class: "sheet-head" }, make("p", { role: "status" }, plural(rows.length, "row")),
      button("Download CSV", () => save(new Blob(["\ufeff", csv(columns, rows)], { type: "text/csv;charset=utf-8" }), "paperatlas-answer.csv"))),
    make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Answer" }, make("table", {},
      make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", class: "plain" }, name)))),
      make("tbody", {}, ...made(list(rows.map((row) => () => make("tr", {}, ...names.map((name) => make("td", { dir: "auto" }, term(row[name]))))), 500).filter((item) => typeof item === "function" || item.localName === "tr"))))),
    rows.length > 502 ? make("p", { class: "soft" }, `The first 500 are shown; all ${rows.length.toLocaleString("en")} are in the CSV.`) : null,
  ].filter(Boolean);
}
async function ask() {
  const out = $("sparql-answer");
  out.replaceChildren(make("p", { class: "soft", role: "status" }, answering ? "…" : "Loading the triples …"));
  $("sparql-run").disabled = true;
  await new Promise((done) => setTimeout(done, 20)); // let that be seen
  try {
    answering ??= makeStore();
    const store = await answering;
    // An answer of triples (CONSTRUCT, DESCRIBE) cannot be JSON.
    const triples = /^\s*(?:(?:prefix|base)[^\n>]*>\s*)*(?:construct|describe)\b/i.test(declared($("sparql-query").value));
    const found = store.query(declared($("sparql-query").value), { results_format: triples ? "text/turtle" : "application/sparql-results+json" });
    out.replaceChildren(...(triples ? [make("pre", {}, found)] : answer(JSON.parse(found))));
  } catch (error) {
    out.replaceChildren(make("p", { role: "alert", class: "error" }, String(error?.message ?? error)));
  }
  $("sparql-run").disabled = false;
}
function showSparql() {
  if ($("sparql").childElementCount) return;
  const text = make("textarea", { id: "sparql-query", rows: 6, spellcheck: "false", "aria-label": "SPARQL query", onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask(); } });
  text.value = EXAMPLES[0][1];
  const examples = make("select", { "aria-label": "Examples", onchange: () => { text.value = EXAMPLES[Number(examples.value)][1]; ask(); } }, ...EXAMPLES.map(([title], i) => make("option", { value: i }, title)));
  $("sparql").append(make("h2", {}, "SPARQL"), make("p", { class: "soft" }, "The triples of this graph, answered in this page. The prefixes pa:, id:, skos:, dcterms: and other usual ones need not be declared. Ctrl+Enter runs."),
    examples, text, make("p", {}, button("Run", ask, { id: "sparql-run" })), make("div", { id: "sparql-answer", class: "scroll", tabindex: "0", role: "region", "aria-label": "Answer of the query" }));
}

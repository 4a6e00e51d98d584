// The panel: what is known of the thing, paper or line that is chosen, and where it says so.
const kind = (node) => make("span", { class: `kind ${node.group}` }, node.group);
const link = (node, text) => button(text || node.label, () => choose(node), { class: "link", dir: "auto" });

/** A piece of a paper's text, the things named in it marked; only those in `only`, if given. */
function passage(paper, start, end, only) {
  const { text, marks } = papers[paper];
  const pieces = [];
  let at = start;
  for (const [from, to, thing] of marks) {
    if (from < at || to > end || (only && !only.has(thing))) continue;
    pieces.push(text.slice(at, from));
    const node = byId.get(thing);
    const open = () => choose(node);
    pieces.push(make("mark", {
      class: node.group, title: `${node.group}: ${node.label}`, role: "button", tabindex: "0", onclick: open, onkeydown: (event) => event.key === "Enter" && open(),
    }, text.slice(from, to)));
    at = to;
  }
  pieces.push(text.slice(at, end));
  return pieces;
}
function quote([paper, start, end], only) {
  const date = papers[paper].date;
  return make("blockquote", {}, make("p", { dir: "auto" }, ...passage(paper, start, end, only)), make("cite", {}, link(byId.get(paper)), date ? make("span", { class: "date" }, ` · ${date}`) : null));
}
/** The sentence around a place in a paper's text. */
function sentence(paper, from, to) {
  const { text, title } = papers[paper];
  const before = text.slice(from < title ? 0 : title ? title + 1 : 0, from);
  const start = from - before.length + Math.max(0, ...[...before.matchAll(/[.!?]["'”’)]?\s+(?=[A-Z"“(])/g)].map((m) => m.index + m[0].length));
  const end = text.slice(to).search(/[.!?](?=["'”’)]?\s+[A-Z"“(]|$)|\n/);
  return [paper, start, end < 0 ? text.length : to + end + 1];
}
const scoreText = (result) => `${result.kind === "gain" ? "a gain of " : ""}${result.value}${result.unit === "%" ? "" : " "}${result.unit}`.trim();
function score(result) {
  return `${scoreText(result)}${result.dataset ? ` on ${byId.get(result.dataset).label}` : ""}`;
}
const percent = (share) => `${Math.floor(share * 100)} %`;
/** A web address that may be followed, or null: no script hides behind it. */
const address = (text) => (/^https?:\/\//i.test(text) ? make("a", { href: text, rel: "noreferrer noopener", target: "_blank" }, text.replace(/^https?:\/\//i, "")) : null);

/** Long lists show their beginning; the rest comes when asked for. */
function list(items, length) {
  if (items.length <= length + 2) return items;
  const more = button(`Show ${items.length - length} more`, () => {
    const place = more.parentElement.localName === "li" ? more.parentElement : more;
    place.replaceWith(...made(items.slice(length)));
  }, { class: "more" });
  return [...items.slice(0, length), more];
}
const made = (items) => items.map((item) => (typeof item === "function" ? item() : item));

function describeThing(node) {
  const meta = [`named in ${plural(node.support, "paper")}`, node.date ? `first ${node.date}` : null].filter(Boolean).join(" · ");
  const parts = [make("h2", { dir: "auto" }, node.label), make("p", { class: "soft" }, kind(node), ` · ${meta}`)];
  if (node.aliases.length) parts.push(make("p", { class: "soft aliases" }, "also ", ...node.aliases.flatMap((alias, i) => [i ? ", " : "", make("bdi", {}, alias)])));
  parts.push(actions(node));
  let opened = 0;
  for (const [relation, [reads, inverse, symmetric]] of Object.entries(relations)) {
    const ways = symmetric ? [[reads, () => true]] : [[reads, (e) => e.head === node], [inverse, (e) => e.tail === node]];
    for (const [heading, mine] of ways) {
      const group = edgesOf.get(node.id).filter((e) => e.type === relation && mine(e));
      if (!group.length) continue;
      group.sort((a, b) => b.support - a.support || b.confidence - a.confidence);
      parts.push(make("h3", {}, heading, make("span", { class: "count" }, ` ${group.length}`)));
      parts.push(...made(list(group.map((edge) => () => fact(edge, edge.head === node ? edge.tail : edge.head, opened++ < 6)), 12)));
    }
  }
  parts.push(make("h3", {}, "Papers that name it", make("span", { class: "count" }, ` ${node.papers.length}`)));
  const dated = [...node.papers].sort((a, b) => byName(papers[a].date || "9", papers[b].date || "9") || byName(a, b));
  parts.push(...made(list(dated.map((id) => () => {
    const marks = papers[id].marks.filter((mark) => mark[2] === node.id);
    const [from, to] = marks.find((mark) => mark[0] > papers[id].title) || marks[0] || [0, 0];
    return make("div", { class: "named" }, quote(sentence(id, from, to), new Set([node.id])), address(papers[id].link));
  }), 8)));
  return parts;
}
/** One edge in the panel of one of its ends: the other end, and the sentences when it is opened. */
function fact(edge, end, opened) {
  const numbers = edge.results.map(score).join("; ");
  const rest = [numbers, edge.support > 1 ? `${edge.support} papers` : ""].filter(Boolean).join(" · ");
  const sentences = make("div", { hidden: true });
  const toggle = button("", () => open(sentences.hidden), { class: "toggle", "aria-label": `Sentences about ${shorten(end.label, 60)}` });
  const open = (yes) => {
    if (yes && !sentences.childElementCount) sentences.append(...edge.evidence.map((place) => quote(place, new Set([edge.from, edge.to]))));
    sentences.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
  };
  open(opened);
  return make("div", { class: "fact" }, toggle, make("span", { class: `dot ${end.group}` }), " ", link(end), make("span", { class: "soft" }, rest ? ` ${rest}` : ""), sentences);
}
/** What can be done with a thing in the graph. */
function actions(node) {
  const depth = [0, 1, 2, 3].map((steps) => button(steps ? String(steps) : "off", () => change({ depth: steps, view: "graph" }), {
    "aria-pressed": String(state.depth === steps), title: steps ? `Only what is within ${plural(steps, "step")}` : "All around it",
  }));
  return make("div", { class: "actions" },
    make("span", { role: "group", "aria-label": "Neighbourhood", class: "segments" }, make("span", { class: "soft" }, "Neighbourhood "), ...depth),
    isPaper(node) ? null : button("Path from here …", () => { change({ a: node.id, b: "" }); openControls(); $("path-to").focus(); }),
    state.view === "graph" ? null : button("Show in the graph", () => { change({ view: "graph" }); visit(node); }));
}
function describePaper(node) {
  const paper = papers[node.id];
  const parts = [make("h2", { dir: "auto" }, paper.label), make("p", { class: "soft" }, kind(node), paper.date ? ` · ${paper.date}` : "", ` · ${node.id.replace(/^paper\//, "")}`)];
  const web = address(paper.link);
  if (web) parts.push(make("p", {}, web));
  parts.push(make("p", { id: "abstract", dir: "auto" }, ...passage(node.id, paper.title ? paper.title + 1 : 0, paper.text.length)));
  parts.push(actions(node));
  const stated = new Map();
  for (const edge of edges) if (edge.evidence.some(([id]) => id === node.id)) stated.set(edge.id, edge);
  if (stated.size) {
    parts.push(make("h3", {}, "What it states", make("span", { class: "count" }, ` ${stated.size}`)));
    parts.push(make("ul", { class: "plain" }, ...[...stated.values()].map((edge) => make("li", {},
      edge.head === node ? "it" : link(edge.head), ` ${relations[edge.type][0]} `, edge.tail === node ? "it" : link(edge.tail),
      edge.results.length ? make("span", { class: "soft" }, ` ${edge.results.filter((r) => r.place[0] === node.id).map(score).join("; ")}`) : ""))));
  }
  return parts;
}
function describePair(pair) {
  const parts = [make("h2", {}, make("bdi", {}, pair.a.label), " – ", make("bdi", {}, pair.b.label)), make("p", {}, kind(pair.a), " ", link(pair.a), " · ", kind(pair.b), " ", link(pair.b))];
  for (const edge of pair.edges) parts.push(...stateOf(edge));
  return parts;
}
function stateOf(edge) {
  return [
    make("h3", { class: "statement" }, make("bdi", {}, edge.head.label), make("span", { class: "soft" }, ` ${relations[edge.type][0]} `), make("bdi", {}, edge.tail.label)),
    make("p", { class: "soft" }, `stated by ${plural(edge.support, "paper")} · ${percent(edge.confidence)} sure`),
    edge.results.length ? make("ul", { class: "plain" }, ...edge.results.map((r) => make("li", {}, score(r)))) : null,
    ...edge.evidence.map((place) => quote(place, new Set([edge.from, edge.to]))),
  ].filter(Boolean);
}
function describePath() {
  const [a, b] = [byId.get(state.a), byId.get(state.b)];
  const heading = make("h2", {}, "From ", make("bdi", {}, a.label), " to ", make("bdi", {}, b.label));
  if (!selection.path) return [heading, make("p", {}, "Nothing that the filters let through joins the two.")];
  const parts = [heading, make("p", { class: "soft" }, `${plural(selection.path.length, "step")}, each with what states it`)];
  for (const hop of selection.path) parts.push(make("section", { class: "hop" }, make("p", { class: "hop-ends" }, link(hop.from), " → ", link(hop.to)), ...hop.pair.edges.filter(edgePasses).flatMap(stateOf)));
  return parts;
}

function showPanel() {
  const node = byId.get(state.at);
  const pair = state.with ? pairs.get(pairKey(state.at, state.with)) : null;
  const path = state.a && state.b && state.a !== state.b;
  const parts = pair ? describePair(pair) : node ? (isPaper(node) ? describePaper(node) : describeThing(node)) : path ? describePath() : null;
  const key = JSON.stringify([state.at, state.with, state.a, state.b, state.depth, state.view, node ? 0 : [state.not, state.sure, state.from, state.to]]);
  $("panel").hidden = !parts;
  document.body.classList.toggle("with-panel", Boolean(parts));
  if (!parts || $("panel").dataset.key === key) return;
  $("panel").dataset.key = key;
  const back = node && path ? button("← the path", () => change({ at: "", with: "" }), { class: "link" }) : null;
  const close = button("×", () => change(node ? { at: "", with: "", depth: 0 } : { a: "", b: "" }), { class: "close", "aria-label": "Close the panel" });
  $("panel").replaceChildren(...[close, back, ...parts].filter(Boolean));
  $("panel").scrollTop = 0;
}

/** Make a node the chosen one. */
function choose(node, { move = true } = {}) {
  change({ at: node.id, with: "" });
  if (move && state.view === "graph") visit(node);
}

"use strict";
// Everything that is shown comes from the three JSON blocks and goes to the page as text nodes.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const nodes = read("data-nodes");
  const edges = read("data-edges");
  const { papers, relations, types } = read("data-atlas");
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edgeById = new Map(edges.map((edge) => [edge.id, edge]));
  const edgesOf = new Map(nodes.map((node) => [node.id, []]));
  for (const edge of edges) {
    edgesOf.get(edge.from).push(edge);
    edgesOf.get(edge.to).push(edge);
  }
  const $ = (id) => document.getElementById(id);
  const kindOf = (node) => node.group;
  const isPaper = (node) => kindOf(node) === "Paper";

  /** Make an element; strings among its children become text. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // ---- what is visible -------------------------------------------------------------------------------------------
  const hiddenTypes = new Set();
  const hiddenRelations = new Set();
  const summoned = new Set(); // shown because somebody asked for them, whatever the filters say
  let chosen = null; // {node} or {edge}
  let hovered = null;

  function isShown(node) {
    if (summoned.has(node.id)) return true;
    if (isPaper(node)) return $("papers").checked && edgesOf.get(node.id).some((e) => $("all").checked || byId.get(e.to).first);
    return !hiddenTypes.has(kindOf(node)) && ($("all").checked || node.first);
  }

  // ---- the drawing -----------------------------------------------------------------------------------------------
  const visNodes = new vis.DataSet();
  const visEdges = new vis.DataSet();
  const network = new vis.Network($("mynetwork"), { nodes: visNodes, edges: visEdges }, {
    physics: false,
    interaction: { hover: true, keyboard: false, multiselect: false, tooltipDelay: 200 },
    nodes: { borderWidth: 1.5 },
    edges: { smooth: false, selectionWidth: 1.5, hoverWidth: 0.5, arrows: { to: { enabled: true, scaleFactor: 0.45 } } },
  });
  // Papers have no place of their own in the layout: each stands amid what it is joined to.
  for (const node of nodes.filter(isPaper)) {
    const around = edgesOf.get(node.id).map((e) => byId.get(e.from === node.id ? e.to : e.from)).filter((n) => !isPaper(n));
    if (around.length) {
      const turn = [...node.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7) * (Math.PI / 180);
      node.x = around.reduce((sum, n) => sum + n.x, 0) / around.length + 30 * Math.cos(turn);
      node.y = around.reduce((sum, n) => sum + n.y, 0) / around.length + 30 * Math.sin(turn);
    }
  }

  let labelled = []; // the nodes whose names are written, the important ones first
  function draw() {
    const shown = new Set(nodes.filter(isShown).map((node) => node.id));
    const focus = hovered ?? (chosen && chosen.node ? chosen.node : null);
    const near = focus === null ? null : new Set([focus, ...edgesOf.get(focus).flatMap((e) => [e.from, e.to])]);
    const soft = colour("line"), ground = colour("ground"), accent = colour("accent");
    const drawnNodes = nodes.filter((node) => shown.has(node.id)).map((node) => {
      const faded = near !== null && !near.has(node.id);
      const fill = faded ? soft : colour(kindOf(node));
      const border = chosen && chosen.node === node.id ? accent : ground;
      return {
        id: node.id, x: node.x, y: node.y, size: node.size, shape: node.shape,
        color: { background: fill, border, highlight: { background: fill, border: accent }, hover: { background: fill, border: accent } },
      };
    });
    const drawnEdges = edges.filter((e) => shown.has(e.from) && shown.has(e.to) && !hiddenRelations.has(e.type)).map((edge) => {
      const inFocus = focus === null ? chosen && chosen.edge === edge.id : edge.from === focus || edge.to === focus;
      return {
        id: edge.id, from: edge.from, to: edge.to, width: edge.width,
        color: { color: inFocus ? colour("soft") : soft, highlight: accent, hover: accent },
        arrows: { to: { enabled: !edge.symmetric } },
      };
    });
    replace(visNodes, drawnNodes);
    replace(visEdges, drawnEdges);
    labelled = nodes.filter((node) => shown.has(node.id) && (near ? near.has(node.id) : !isPaper(node)))
      .sort((a, b) => (b.id === focus) - (a.id === focus) || b.size - a.size);
    const things = nodes.filter((node) => shown.has(node.id) && !isPaper(node)).length;
    $("status").textContent = `${things} of ${nodes.filter((n) => !isPaper(n)).length} things, ${Object.keys(papers).length} papers`;
  }
  // Labels are drawn here and not by vis-network: always of one size, the important ones first, none on another.
  const widths = new Map();
  network.on("afterDrawing", (context) => {
    const scale = network.getScale();
    const height = 13 / scale, gap = 3 / scale;
    context.font = `${height}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    context.lineWidth = 3.5 / scale;
    context.strokeStyle = colour("ground");
    context.fillStyle = colour("ink");
    const { x: left, y: top } = network.DOMtoCanvas({ x: 0, y: 0 });
    const { x: right, y: bottom } = network.DOMtoCanvas({ x: $("mynetwork").clientWidth, y: $("mynetwork").clientHeight });
    const taken = new Map();
    const cell = 60 / scale;
    for (const node of labelled) {
      const text = shorten(node.label, 34);
      if (!widths.has(text)) widths.set(text, context.measureText(text).width * scale);
      const half = widths.get(text) / scale / 2 + gap;
      const x = node.x, y = node.y + node.size + gap;
      if (x + half < left || x - half > right || y + height < top || y > bottom) continue;
      const cells = [];
      for (let i = Math.floor((x - half) / cell); i <= Math.floor((x + half) / cell); i++) {
        for (let j = Math.floor(y / cell); j <= Math.floor((y + height) / cell); j++) cells.push(`${i},${j}`);
      }
      const box = [x - half, y, x + half, y + height];
      const free = cells.every((key) => (taken.get(key) || []).every(([a, b, c, d]) => box[2] < a || box[0] > c || box[3] < b || box[1] > d));
      if (!free) continue;
      for (const key of cells) taken.set(key, [...(taken.get(key) || []), box]);
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  });

  function replace(dataset, items) {
    const keep = new Set(items.map((item) => item.id));
    dataset.remove(dataset.getIds().filter((id) => !keep.has(id)));
    dataset.update(items);
  }
  const shorten = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

  // ---- the panel -------------------------------------------------------------------------------------------------
  const kind = (node) => make("span", { class: `kind ${kindOf(node)}` }, kindOf(node));
  const link = (node) => make("button", { type: "button", class: "link", onclick: () => choose(node) }, node.label);

  /** A piece of a paper's text, the things named in it marked; only those in `only`, if given. */
  function passage(paper, start, end, only) {
    const { text, marks } = papers[paper];
    const pieces = [];
    let at = start;
    for (const [from, to, thing] of marks) {
      if (from < at || to > end || (only && !only.has(thing))) continue;
      pieces.push(text.slice(at, from));
      const node = byId.get(thing);
      pieces.push(make("mark", { class: kindOf(node), title: `${kindOf(node)}: ${node.label}`, onclick: () => choose(node) }, text.slice(from, to)));
      at = to;
    }
    pieces.push(text.slice(at, end));
    return pieces;
  }
  function quote([paper, start, end], only) {
    const date = papers[paper].date;
    return make("blockquote", {}, ...passage(paper, start, end, only), make("cite", {}, link(byId.get(paper)), date ? ` · ${date}` : ""));
  }
  /** The sentence around a place in a paper's text. */
  function sentence(paper, from, to) {
    const { text, title } = papers[paper];
    const before = text.slice(from < title ? 0 : title ? title + 1 : 0, from);
    const start = from - before.length + Math.max(0, ...[...before.matchAll(/[.!?]["'”’)]?\s+(?=[A-Z"“(])/g)].map((m) => m.index + m[0].length));
    const end = text.slice(to).search(/[.!?](?=["'”’)]?\s+[A-Z"“(]|$)|\n/);
    return [paper, start, end < 0 ? text.length : to + end + 1];
  }
  function score(result) {
    const on = result.dataset ? ` on ${byId.get(result.dataset).label}` : "";
    return `${result.kind === "gain" ? "a gain of " : ""}${result.text}${on}`;
  }
  function describeThing(node) {
    const others = node.aliases.filter((alias) => alias !== node.label);
    const parts = [make("h2", {}, node.label), make("p", { class: "soft" }, kind(node), ` · named in ${node.support} ${node.support === 1 ? "paper" : "papers"}`, node.date ? ` · first ${node.date}` : "")];
    if (others.length) parts.push(make("p", { class: "soft" }, "also ", others.join(", ")));
    let opened = 0;
    for (const [relation, [reads, inverse]] of Object.entries(relations)) {
      for (const [heading, mine, other] of [[reads, (e) => e.from === node.id, (e) => e.to], [inverse, (e) => e.to === node.id, (e) => e.from]]) {
        const group = edgesOf.get(node.id).filter((e) => e.type === relation && mine(e));
        if (!group.length) continue;
        group.sort((a, b) => b.support - a.support || b.confidence - a.confidence);
        parts.push(make("h3", {}, heading));
        for (const edge of group) {
          const end = byId.get(other(edge));
          const numbers = edge.results.map(score);
          parts.push(make("details", { open: opened++ < 8 ? "" : null },
            make("summary", {}, link(end), make("span", { class: "soft" }, ` ${numbers.length ? numbers.join("; ") : edge.support > 1 ? `${edge.support} papers` : ""}`)),
            ...edge.evidence.map((place) => quote(place, new Set([node.id, end.id])))));
        }
      }
    }
    parts.push(make("h3", {}, "Papers that name it"), ...node.papers.map((id) => {
      const marks = papers[id].marks.filter((mark) => mark[2] === node.id);
      const [from, to] = marks.find((mark) => mark[0] > papers[id].title) || marks[0] || [0, 0];
      return quote(sentence(id, from, to), new Set([node.id]));
    }));
    return parts;
  }
  function describePaper(node) {
    const paper = papers[node.id];
    const parts = [make("h2", {}, paper.label), make("p", { class: "soft" }, kind(node), paper.date ? ` · ${paper.date}` : "", ` · ${node.id.replace(/^paper\//, "")}`)];
    if (/^https?:\/\//.test(paper.link)) parts.push(make("p", {}, make("a", { href: paper.link, rel: "noreferrer noopener", target: "_blank" }, paper.link)));
    parts.push(make("p", { id: "abstract" }, ...passage(node.id, paper.title ? paper.title + 1 : 0, paper.text.length)));
    return parts;
  }
  function describeEdge(edge) {
    const [head, tail] = [byId.get(edge.from), byId.get(edge.to)];
    return [
      make("h2", {}, head.label, " ", make("span", { class: "soft" }, relations[edge.type][0]), " ", tail.label),
      make("p", { class: "soft" }, `stated by ${edge.support} ${edge.support === 1 ? "paper" : "papers"} · confidence ${edge.confidence}`),
      make("p", {}, link(head), " · ", link(tail)),
      edge.results.length ? make("ul", { class: "plain" }, ...edge.results.map((r) => make("li", {}, score(r)))) : null,
      ...edge.evidence.map((place) => quote(place, new Set([edge.from, edge.to]))),
    ].filter((part) => part !== null);
  }
  function show(parts) {
    $("panel").replaceChildren(...parts);
    $("panel").scrollTop = 0;
  }

  // ---- choosing --------------------------------------------------------------------------------------------------
  function choose(node, { move = true } = {}) {
    chosen = { node: node.id };
    summoned.add(node.id);
    for (const edge of edgesOf.get(node.id)) {
      const other = byId.get(edge.from === node.id ? edge.to : edge.from);
      if (!isPaper(other)) summoned.add(other.id);
    }
    draw();
    network.selectNodes([node.id], true);
    if (move) network.focus(node.id, { scale: Math.max(network.getScale(), 0.9), animation: reduced ? false : { duration: 300 } });
    show(isPaper(node) ? describePaper(node) : describeThing(node));
  }
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  function clear() {
    chosen = null;
    summoned.clear();
    network.unselectAll();
    draw();
  }
  network.on("click", ({ nodes: hit, edges: lines }) => {
    if (hit.length) choose(byId.get(hit[0]), { move: false });
    else if (lines.length) {
      chosen = { edge: lines[0] };
      draw();
      show(describeEdge(edgeById.get(lines[0])));
    } else clear();
  });
  network.on("hoverNode", ({ node }) => { hovered = node; draw(); });
  network.on("blurNode", () => { hovered = null; draw(); });

  // ---- filters ---------------------------------------------------------------------------------------------------
  function toggle(container, hidden, name, label, count, className, title) {
    const box = make("input", { type: "checkbox", value: name, onchange: () => {
      if (box.checked) hidden.delete(name); else hidden.add(name);
      summoned.clear();
      draw();
    } });
    box.checked = true;
    container.append(make("label", { title }, box, make("span", { class: className }, label), make("span", { class: "count" }, String(count))));
  }
  for (const [name, meaning] of Object.entries(types)) {
    toggle($("types"), hiddenTypes, name, name, nodes.filter((n) => kindOf(n) === name).length, `kind ${name}`, meaning);
  }
  for (const [name, [reads]] of Object.entries(relations)) {
    const count = edges.filter((e) => e.type === name).length;
    if (count) toggle($("relations"), hiddenRelations, name, reads, count, "", null);
  }
  const fit = () => network.fit({ animation: false });
  for (const id of ["papers", "all"]) $(id).addEventListener("change", () => { draw(); fit(); });
  $("fit").addEventListener("click", fit);

  // ---- search ----------------------------------------------------------------------------------------------------
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}+#]+/gu, "");
  const index = nodes.map((node) => [node, [node.label, ...node.aliases].map(fold)]);
  function matches(query) {
    const wanted = fold(query);
    if (!wanted) return [];
    const rank = (forms) => Math.min(...forms.map((form) => (form === wanted ? 0 : form.startsWith(wanted) ? 1 : form.includes(wanted) ? 2 : 9)));
    return index.map(([node, forms]) => [rank(forms) + (isPaper(node) ? 0.5 : 0), node]).filter(([r]) => r < 9)
      .sort(([a, m], [b, n]) => a - b || n.support - m.support || m.label.localeCompare(n.label, "en")).slice(0, 12).map(([, node]) => node);
  }
  let offered = [];
  let active = -1;
  function suggest() {
    offered = matches($("search").value);
    active = offered.length ? 0 : -1;
    $("suggestions").replaceChildren(...offered.map((node, i) => make("li", {
      role: "option", id: `suggestion-${i}`, "aria-selected": String(i === active),
      onmousedown: (event) => { event.preventDefault(); take(i); },
    }, kind(node), node.label)));
    open(offered.length > 0);
  }
  function open(yes) {
    $("suggestions").hidden = !yes;
    $("search").setAttribute("aria-expanded", String(yes));
    mark();
  }
  function mark() {
    [...$("suggestions").children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    if (active >= 0 && !$("suggestions").hidden) $("search").setAttribute("aria-activedescendant", `suggestion-${active}`);
    else $("search").removeAttribute("aria-activedescendant");
  }
  function take(i) {
    const node = offered[i];
    if (!node) return;
    $("search").value = node.label;
    open(false);
    choose(node);
  }
  $("search").addEventListener("input", suggest);
  $("search").addEventListener("blur", () => open(false));
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!offered.length) return;
      active = (active + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
      mark();
    } else if (event.key === "Enter") take(Math.max(active, 0));
    else if (event.key === "Escape") { open(false); $("search").blur(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(?:INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      $("search").focus();
      $("search").select();
    } else if (event.key === "Escape" && document.activeElement !== $("search")) clear();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  fit();
  window.paperatlas = { network, choose: (id) => choose(byId.get(id)), edgeById };
  document.body.dataset.ready = "true";
})();

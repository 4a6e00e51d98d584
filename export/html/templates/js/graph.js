// The drawing: vis-network draws nodes and lines and keeps the view; names and emphasis are drawn over it.
const ground = $("graph");
const visNodes = new vis.DataSet();
const visEdges = new vis.DataSet();
const network = new vis.Network(ground, { nodes: visNodes, edges: visEdges }, {
  physics: false,
  autoResize: false,
  interaction: { hover: false, keyboard: false, multiselect: false, dragNodes: false, selectable: false, zoomSpeed: 0.8 },
  nodes: { shape: "dot", borderWidth: 1.2, chosen: false },
  edges: { smooth: false, chosen: false, arrows: { to: { enabled: false } } },
});
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** Above so many nodes and lines, what was drawn is moved along while a hand moves it, and drawn anew when it rests. */
const HEAVY = 2500;

let selection = select();
let weight = 1; // how much larger than told nodes are drawn, so that they can be seen when all are in the window

const AREAS = ["#3b7dd8", "#d9603b", "#2f9e68", "#9556c9", "#b58a0a", "#c2477f", "#1b9aaa", "#7a8b2e", "#8a6bd1", "#b0614a", "#4f8f8b", "#a05195"];
function fillOf(node) {
  if (isPaper(node) || state.colour === "type") return colour(node.group);
  if (state.colour === "area") return node.area >= 0 && node.area < AREAS.length ? AREAS[node.area] : colour("faint");
  const year = Number(node.date.slice(0, 4));
  return year ? yearColour(year) : colour("faint");
}
function yearColour(year) {
  const share = LAST_YEAR > FIRST_YEAR ? (year - FIRST_YEAR) / (LAST_YEAR - FIRST_YEAR) : 1;
  const [from, to] = [[58, 82, 139], [240, 148, 48]];
  return "#" + from.map((part, i) => Math.round(part + (to[i] - part) * share).toString(16).padStart(2, "0")).join("");
}

/** Show what the filters let through. Lines at a hub are faint: they say least of all. */
function draw() {
  const before = selection;
  selection = select();
  const { shown, lines } = selection;
  rank();
  const look = `${state.colour} ${document.documentElement.dataset.theme}`;
  const same = look === drawnAs && shown.size === before.shown.size && lines.length === before.lines.length
    && lines.every((pair, i) => pair === before.lines[i]) && [...shown].every((node) => before.shown.has(node));
  if (same) return; // to choose a thing need not draw thousands of others
  drawnAs = look;
  const { left, top, right, bottom } = extent(shown);
  const scale = Math.min(1000 / (right - left), 700 / (bottom - top));
  weight = Math.min(4, Math.max(1, Math.sqrt(things.length / Math.max(shown.size, 1)) * 0.8, 0.22 / scale));
  const degree = new Map();
  for (const { a, b } of lines) for (const end of [a, b]) degree.set(end, (degree.get(end) || 0) + 1);
  const soft = colour("thread"), rim = colour("ground");
  replace(visNodes, [...shown].sort((m, n) => n.rank - m.rank).map((node) => ({
    id: node.id, x: node.x, y: node.y, size: sizeOf(node), shape: isPaper(node) ? "square" : "dot",
    color: { background: fillOf(node), border: rim },
  })));
  replace(visEdges, lines.map((pair) => {
    const support = pair.edges.reduce((sum, edge) => sum + edge.support, 0);
    const busy = Math.max(degree.get(pair.a), degree.get(pair.b));
    return {
      id: pair.id, from: pair.a.id, to: pair.b.id, width: weight * Math.min(0.9 + 0.5 * (support - 1), 4),
      color: { color: soft, opacity: Math.min(0.95, 0.3 + 1.6 / Math.sqrt(busy) + 0.1 * (support - 1)) * (lines.length > 3000 ? 0.55 : 1) },
    };
  }));
}
let drawnAs = ""; // the colours and the theme of what is drawn
const sizeOf = (node) => node.size * weight;

function replace(dataset, items) {
  const keep = new Set(items.map((item) => item.id));
  dataset.remove(dataset.getIds().filter((id) => !keep.has(id)));
  dataset.update(items);
}

function extent(some) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const node of some) {
    box.left = Math.min(box.left, node.x - node.size); box.right = Math.max(box.right, node.x + node.size);
    box.top = Math.min(box.top, node.y - node.size); box.bottom = Math.max(box.bottom, node.y + node.size);
  }
  return box;
}
/** Show the whole of what is shown, or of some nodes. */
function fit(animated, some = selection.shown) {
  if (!some.size) return;
  const { left, top, right, bottom } = extent(some);
  const scale = Math.min((ground.clientWidth - 90) / (right - left), (ground.clientHeight - 70) / (bottom - top), 1.6);
  moveTo({ x: (left + right) / 2, y: (top + bottom) / 2 }, Math.max(scale, 0.01), animated);
}
function moveTo(position, scale, animated) {
  network.moveTo({ position, scale, animation: animated && !reduced && selection.lines.length < HEAVY ? { duration: 350, easingFunction: "easeInOutQuad" } : false });
}
/** Bring a node into the middle, near enough that its surroundings can be read. */
function visit(node) {
  const near = [...neighboursShown(node)].slice(0, 30);
  const reach = near.map((other) => Math.hypot(other.x - node.x, other.y - node.y)).sort((a, b) => a - b);
  const wanted = Math.min(ground.clientWidth, ground.clientHeight) * 0.4 / Math.max(reach[Math.floor(reach.length * 0.7)] || 0, 60 * weight);
  moveTo({ x: node.x, y: node.y }, Math.min(Math.max(wanted, network.getScale() * 0.8, 0.02), 1.7 / Math.sqrt(weight)), true);
}
function neighboursShown(node) {
  return new Set(pairsOf.get(node.id).map((pair) => otherEnd(pair, node)).filter((other) => selection.shown.has(other)).sort((m, n) => m.rank - n.rank));
}

/** Where a point of the drawing is on the screen, in pixels from the corner of the graph. */
function projection() {
  const scale = network.getScale(), middle = network.getViewPosition();
  const left = ground.clientWidth / 2 - middle.x * scale, top = ground.clientHeight / 2 - middle.y * scale;
  return { scale, x: (x) => x * scale + left, y: (y) => y * scale + top };
}

// ---- moving what is drawn already --------------------------------------------------------------------------------------
const sheet = ground.querySelector("canvas");
let drawnAt = null; // the projection that the sheet was drawn with
let rest = 0;
network.on("afterDrawing", () => { drawnAt = projection(); decorate(); });
function glide() {
  if (!drawnAt || selection.shown.size + selection.lines.length < HEAVY) return;
  network.body.emitter.emit("_blockRedraw");
  const now = projection(), grown = now.scale / drawnAt.scale;
  const shift = `translate(${now.x(0) - drawnAt.x(0) * grown}px,${now.y(0) - drawnAt.y(0) * grown}px) scale(${grown})`;
  for (const layer of [sheet, overlay]) { layer.style.transformOrigin = "0 0"; layer.style.transform = shift; }
  clearTimeout(rest);
  rest = setTimeout(settle, 160);
}
function settle() {
  clearTimeout(rest);
  for (const layer of [sheet, overlay]) layer.style.transform = "";
  network.body.emitter.emit("_allowRedraw");
  network.redraw();
}
network.on("dragging", glide);
network.on("zoom", glide);

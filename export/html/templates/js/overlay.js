// Over the drawing: names, of which none sits on another, and whatever is in focus, the rest behind a veil.
const overlay = ground.appendChild(make("canvas", { class: "overlay", "aria-hidden": "true" }));
const brush = overlay.getContext("2d");
const tip = ground.appendChild(make("div", { class: "tip", hidden: true }));
let ordered = []; // the nodes shown, in the order in which they get their names
let hovered = null; // a node, or a pair
let written = []; // the names that stand there: {node, text, x, y, width, height, size}
const widths = new Map();

function rank() {
  ordered = [...selection.shown].sort((m, n) => m.rank - n.rank);
}

/** What is in focus: {nodes, pairs}, or null. */
function inFocus() {
  if (hovered && hovered.edges) return { nodes: new Set([hovered.a, hovered.b]), pairs: [hovered] };
  const node = hovered || (state.with ? null : byId.get(state.at));
  if (!hovered && selection.path) {
    return { nodes: new Set(selection.path.flatMap((hop) => [hop.from, hop.to])), pairs: selection.path.map((hop) => hop.pair), path: true };
  }
  if (state.with && !hovered) {
    const pair = pairs.get(pairKey(state.at, state.with));
    return { nodes: new Set([pair.a, pair.b]), pairs: [pair] };
  }
  if (!node || !selection.shown.has(node)) return null;
  if (state.depth > 1 && !hovered) return null;
  const beside = selection.lines.filter((pair) => pair.a === node || pair.b === node);
  return { centre: node, nodes: new Set([node, ...beside.map((pair) => otherEnd(pair, node))]), pairs: beside };
}

function decorate() {
  const ratio = devicePixelRatio || 1, width = ground.clientWidth, height = ground.clientHeight;
  if (overlay.width !== Math.round(width * ratio) || overlay.height !== Math.round(height * ratio)) {
    overlay.width = Math.round(width * ratio);
    overlay.height = Math.round(height * ratio);
  }
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.clearRect(0, 0, width, height);
  const place = projection(), focus = inFocus();
  if (focus) emphasize(focus, place, width, height);
  const chosen = byId.get(state.at);
  if (chosen && selection.shown.has(chosen)) ring(chosen, place);
  write(focus, place, width, height);
}

function emphasize(focus, place, width, height) {
  brush.fillStyle = clear(colour("ground"), document.documentElement.dataset.theme === "dark" ? 0.74 : 0.82);
  brush.fillRect(0, 0, width, height);
  for (const pair of focus.pairs) {
    const ink = fillOf(focus.centre ? otherEnd(pair, focus.centre) : pair.a);
    const [x1, y1, x2, y2] = [place.x(pair.a.x), place.y(pair.a.y), place.x(pair.b.x), place.y(pair.b.y)];
    brush.strokeStyle = clear(ink, focus.pairs.length > 60 ? 0.45 : 0.75);
    brush.lineWidth = focus.path ? 2.5 : Math.min(1 + 0.6 * pair.edges.length, 4);
    brush.beginPath();
    brush.moveTo(x1, y1);
    brush.lineTo(x2, y2);
    brush.stroke();
    if (focus.pairs.length <= 80) for (const edge of pair.edges.filter(edgePasses)) if (!edge.symmetric) arrow(edge, place, ink);
  }
  for (const node of focus.nodes) {
    brush.beginPath();
    const radius = Math.max(sizeOf(node) * place.scale, 3);
    if (isPaper(node)) brush.rect(place.x(node.x) - radius, place.y(node.y) - radius, 2 * radius, 2 * radius);
    else brush.arc(place.x(node.x), place.y(node.y), radius, 0, 2 * Math.PI);
    brush.fillStyle = fillOf(node);
    brush.fill();
    brush.strokeStyle = colour("ground");
    brush.lineWidth = 1.5;
    brush.stroke();
  }
}
/** The head of an arrow at the rim of an edge's tail. */
function arrow({ head, tail }, place, ink) {
  const [x, y] = [place.x(tail.x), place.y(tail.y)];
  const turn = Math.atan2(y - place.y(head.y), x - place.x(head.x));
  const back = Math.max(sizeOf(tail) * place.scale, 3) + 2, length = 8;
  brush.fillStyle = ink;
  brush.beginPath();
  brush.moveTo(x - back * Math.cos(turn), y - back * Math.sin(turn));
  for (const side of [0.42, -0.42]) brush.lineTo(x - back * Math.cos(turn) - length * Math.cos(turn + side), y - back * Math.sin(turn) - length * Math.sin(turn + side));
  brush.fill();
}
function ring(node, place) {
  brush.beginPath();
  brush.arc(place.x(node.x), place.y(node.y), Math.max(sizeOf(node) * place.scale, 3) + 3.5, 0, 2 * Math.PI);
  brush.strokeStyle = colour("accent");
  brush.lineWidth = 2;
  brush.stroke();
}

/** Write names: those in focus first, then the important ones; each where none is written yet, and not on larger nodes. */
function write(focus, place, width, height) {
  const taken = new Grid(64);
  written = [];
  const near = focus ? [...focus.nodes].sort((m, n) => (n === focus.centre) - (m === focus.centre) || m.rank - n.rank) : ordered;
  const visible = near.filter((node) => {
    const x = place.x(node.x), y = place.y(node.y);
    return x > -80 && x < width + 80 && y > -20 && y < height + 20;
  });
  const dots = new Grid(64);
  for (const node of visible.slice(0, 1500)) {
    const radius = sizeOf(node) * place.scale;
    if (radius >= 2.5) dots.add(disc(node, place, radius));
  }
  brush.textAlign = "center";
  brush.textBaseline = "top";
  brush.lineJoin = "round";
  for (const node of visible) {
    if (written.length >= 300) break;
    if (isPaper(node) && !focus && place.scale * weight < 0.7) continue;
    const main = node === (hovered || byId.get(state.at));
    const size = main ? 15 : Math.round(Math.min(15, 10.5 + node.size * 0.18));
    const text = shorten(node.label, isPaper(node) && !main ? 28 : main ? 60 : 34);
    const font = `${main || node.size > 20 ? 600 : 400} ${size}px system-ui, sans-serif`;
    const key = font + text;
    brush.font = font;
    if (!widths.has(key)) widths.set(key, brush.measureText(text).width);
    const radius = Math.max(sizeOf(node) * place.scale, 2) + 2, long = widths.get(key), high = size + 2;
    const [x, y] = [place.x(node.x), place.y(node.y)];
    const spots = [[x, y + radius], [x, y - radius - high], [x + radius + long / 2 + 1, y - high / 2], [x - radius - long / 2 - 1, y - high / 2]];
    // A name that matters may lie on a node that matters less, never on one that matters more.
    const own = disc(node, place, radius - 2);
    taken.add(own);
    const box = ([cx, cy]) => [cx - long / 2 - 2, cy, cx + long / 2 + 2, cy + high];
    const inside = ([left, top, right, bottom]) => left >= 0 && top >= 0 && right <= width && bottom <= height;
    const free = spots.filter((spot) => inside(box(spot)) && taken.free(box(spot), own));
    const matters = main || focus || written.length < 40;
    const spot = free.find((one) => dots.free(box(one), own)) || (matters ? free[0] : null);
    if (!spot) continue;
    taken.add(box(spot));
    brush.lineWidth = 3.5;
    brush.strokeStyle = clear(colour("ground"), 0.9);
    brush.strokeText(text, spot[0], spot[1] + 1);
    brush.fillStyle = main || !focus || focus.nodes.has(node) ? colour("ink") : colour("soft");
    brush.fillText(text, spot[0], spot[1] + 1);
    written.push({ node, text, x: spot[0], y: spot[1], width: long, height: high, size, bold: font.startsWith("600") });
  }
}
const disc = (node, place, radius) => [place.x(node.x) - radius, place.y(node.y) - radius, place.x(node.x) + radius, place.y(node.y) + radius];

/** Boxes, found by where they are. */
class Grid {
  constructor(cell) {
    this.cell = cell;
    this.boxes = new Map();
  }
  *keys([left, top, right, bottom]) {
    for (let i = Math.floor(left / this.cell); i <= Math.floor(right / this.cell); i++) {
      for (let j = Math.floor(top / this.cell); j <= Math.floor(bottom / this.cell); j++) yield i * 65536 + j;
    }
  }
  add(box) {
    for (const key of this.keys(box)) {
      if (!this.boxes.has(key)) this.boxes.set(key, []);
      this.boxes.get(key).push(box);
    }
  }
  free(box, own) {
    const same = (other) => other.every((side, i) => Math.abs(side - own[i]) < 0.01);
    for (const key of this.keys(box)) {
      for (const other of this.boxes.get(key) || []) {
        if (box[2] > other[0] && box[0] < other[2] && box[3] > other[1] && box[1] < other[3] && !same(other)) return false;
      }
    }
    return true;
  }
}

// ---- pointing and clicking ---------------------------------------------------------------------------------------------
function pointed(event) {
  const box = ground.getBoundingClientRect();
  const at = { x: event.clientX - box.left, y: event.clientY - box.top };
  return under(at);
}
/** The node or the pair at a place on the screen. A finger or a hasty hand need not hit the middle. */
function under(at) {
  const place = projection();
  let best = null, distance = Infinity;
  for (const node of selection.shown) {
    const away = Math.hypot(place.x(node.x) - at.x, place.y(node.y) - at.y) - Math.max(sizeOf(node) * place.scale, 3);
    if (away < 4 && away < distance) [best, distance] = [node, away];
  }
  if (best) return best;
  const focus = inFocus();
  distance = 5;
  for (const pair of focus ? focus.pairs : selection.lines) {
    const [x, y] = [place.x(pair.a.x), place.y(pair.a.y)];
    const [dx, dy] = [place.x(pair.b.x) - x, place.y(pair.b.y) - y];
    const share = Math.min(1, Math.max(0, ((at.x - x) * dx + (at.y - y) * dy) / (dx * dx + dy * dy || 1)));
    const away = Math.hypot(x + share * dx - at.x, y + share * dy - at.y);
    if (away < distance) [best, distance] = [pair, away];
  }
  return best;
}
let dragged = false;
network.on("dragStart", () => { dragged = true; tip.hidden = true; });
network.on("dragEnd", () => { dragged = false; });
let awaited = 0;
ground.addEventListener("pointermove", (event) => {
  if (dragged || event.pointerType === "touch") return;
  cancelAnimationFrame(awaited);
  awaited = requestAnimationFrame(() => hover(pointed(event), event));
});
ground.addEventListener("pointerleave", () => { cancelAnimationFrame(awaited); hover(null); });
function hover(found, event) {
  // With something chosen, a line of the rest would only flicker behind the veil.
  const next = found && found.edges && !inFocus()?.pairs.includes(found) && state.at ? null : found;
  ground.style.cursor = next ? "pointer" : "";
  if (next && next.edges && event) {
    const box = ground.getBoundingClientRect();
    tip.replaceChildren(...next.edges.filter(edgePasses).map((edge) => make("div", {}, `${edge.head.label} ${relations[edge.type][0]} ${edge.tail.label}`)));
    tip.style.left = `${Math.min(event.clientX - box.left + 12, box.width - 260)}px`;
    tip.style.top = `${event.clientY - box.top + 14}px`;
  }
  tip.hidden = !(next && next.edges);
  if (next !== hovered) {
    hovered = next;
    decorate();
  }
}
network.on("click", ({ pointer }) => {
  const found = under(pointer.DOM);
  if (!found) {
    if (state.at || state.with) change({ at: "", with: "", depth: 0 });
  } else if (found.edges) change({ at: found.a.id, with: found.b.id, depth: 0 });
  else choose(found, { move: false });
});
network.on("doubleClick", ({ pointer }) => {
  const found = under(pointer.DOM);
  if (found && !found.edges) change({ at: found.id, with: "", depth: 1 });
});

// The graph: things and papers, the edges between them, and the pairs of nodes that edges join.
const read = (id) => JSON.parse($(id).textContent);
const nodes = read("data-nodes");
const edges = read("data-edges");
const { papers, relations, types, first: FIRST, boards, left_out: leftOut } = read("data-atlas");

const isPaper = (node) => node.group === "Paper";
const byId = new Map(nodes.map((node) => [node.id, node]));
const things = nodes.filter((node) => !isPaper(node)); // the important ones first, those joined to nothing last
const paperNodes = nodes.filter(isPaper);
things.forEach((node, rank) => { node.rank = rank; });
paperNodes.forEach((node, rank) => { node.rank = things.length + rank; });

/** Two nodes and all that is said of them: {a, b, edges}. One line is drawn for it. */
const pairs = new Map();
const pairsOf = new Map(nodes.map((node) => [node.id, []]));
const edgesOf = new Map(nodes.map((node) => [node.id, []]));
const pairKey = (a, b) => (a < b ? `${a}|${b}` : `${b}|${a}`);
for (const edge of edges) {
  edge.head = byId.get(edge.from);
  edge.tail = byId.get(edge.to);
  const key = pairKey(edge.from, edge.to);
  if (!pairs.has(key)) {
    const pair = { id: key, a: edge.head, b: edge.tail, edges: [], withPaper: isPaper(edge.head) || isPaper(edge.tail) };
    pairs.set(key, pair);
    pairsOf.get(edge.from).push(pair);
    pairsOf.get(edge.to).push(pair);
  }
  pairs.get(key).edges.push(edge);
  edgesOf.get(edge.from).push(edge);
  edgesOf.get(edge.to).push(edge);
}
const otherEnd = (pair, node) => (pair.a === node ? pair.b : pair.a);

const yearOf = (paper) => Number(papers[paper].date.slice(0, 4)) || 0;
const allYears = Object.keys(papers).map(yearOf).filter((year) => year > 0);
const FIRST_YEAR = allYears.length ? allYears.reduce((a, b) => Math.min(a, b)) : 0;
const LAST_YEAR = allYears.length ? allYears.reduce((a, b) => Math.max(a, b)) : 0;
for (const node of things) node.joined = pairsOf.get(node.id).filter((pair) => !pair.withPaper).length;
/** So many things are asked for by who wants all, those joined to nothing too. */
const ALL = Math.max(things.length, FIRST) + 1;
const JOINED = things.filter((node) => node.joined).length;

// Papers have no place of their own in the layout: each stands amid what it is joined to.
for (const node of paperNodes) {
  const around = pairsOf.get(node.id).map((pair) => otherEnd(pair, node)).filter((other) => !isPaper(other));
  const turn = ([...node.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7) * Math.PI) / 180;
  const middle = (axis) => (around.length ? around.reduce((sum, other) => sum + other[axis], 0) / around.length : 0);
  node.x = middle("x") + 45 * Math.cos(turn);
  node.y = middle("y") + 45 * Math.sin(turn);
}

/** All reported numbers: {subject, metric, dataset, value, unit, kind, confidence, place}. */
const results = edges.flatMap((edge) => edge.results.map((result) => ({
  ...result, subject: edge.head, metric: edge.tail, dataset: byId.get(result.dataset) || null, paper: byId.get(result.place[0]), edge,
})));

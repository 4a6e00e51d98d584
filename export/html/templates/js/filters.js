// Which things and which lines pass what the person has chosen.
const allInYears = () => state.from <= FIRST_YEAR && state.to >= LAST_YEAR;
const inYears = (year) => allInYears() || (year >= state.from && year <= state.to);

function passes(node) {
  if (isPaper(node)) return inYears(yearOf(node.id));
  return !state.hide.includes(node.group) && node.support >= state.support && node.confidence >= state.sure
    && (allInYears() || node.papers.some((paper) => inYears(yearOf(paper))));
}
function edgePasses(edge) {
  return !state.not.includes(edge.type) && edge.confidence >= state.sure && edge.evidence.some(([paper]) => inYears(yearOf(paper)));
}
/** The pairs of a node that are joined by an edge that passes, to a node that passes. */
function openPairs(node, passing) {
  return pairsOf.get(node.id).filter((pair) => passing.has(otherEnd(pair, node)) && pair.edges.some(edgePasses));
}
/** The nodes within `depth` steps of one. */
function around(start, depth, passing) {
  const found = new Set([start]);
  let rim = [start];
  for (let step = 0; step < depth; step++) {
    rim = rim.flatMap((node) => openPairs(node, passing).map((pair) => otherEnd(pair, node))).filter((node) => !found.has(node) && found.add(node));
  }
  return found;
}
/**
 * A shortest way from one node to another: [{from, pair, to}, ...], or null. Of several, the one that most papers state.
 * Papers are steps of it only where there is no way without them.
 */
function shortestPath(start, goal, passing) {
  const without = new Set([...passing].filter((node) => !isPaper(node)));
  return breadthFirst(start, goal, new Set([...without, start, goal])) || breadthFirst(start, goal, new Set([...passing, start, goal]));
}
function breadthFirst(start, goal, passing) {
  const came = new Map([[start, null]]);
  const stated = new Map([[start, 0]]);
  for (let rim = [start]; rim.length && !came.has(goal);) {
    const next = new Map();
    for (const node of rim) {
      for (const pair of openPairs(node, passing)) {
        const to = otherEnd(pair, node);
        const support = stated.get(node) + pair.edges.filter(edgePasses).reduce((sum, edge) => sum + edge.support, 0);
        if (!came.has(to) && !(next.get(to)?.support >= support)) next.set(to, { from: node, pair, to, support });
      }
    }
    for (const [to, hop] of next) {
      came.set(to, hop);
      stated.set(to, hop.support);
    }
    rim = [...next.keys()];
  }
  if (!came.has(goal)) return null;
  const way = [];
  for (let hop = came.get(goal); hop; hop = came.get(hop.from)) way.unshift(hop);
  return way;
}

/** What is to be seen: `passing` (all that the filters let through), `shown` and the `lines` between those, and the `path`. */
function select() {
  const passing = new Set(things.filter(passes));
  const allowed = new Set([...passing, ...paperNodes.filter(passes)]);
  const chosen = byId.get(state.at) || null;
  let path = null;
  if (state.a && state.b && state.a !== state.b) path = shortestPath(byId.get(state.a), byId.get(state.b), allowed);
  let shown;
  let kept = passing;
  if (chosen && state.depth > 0) {
    const near = around(chosen, state.depth, state.papers || isPaper(chosen) ? allowed : passing);
    kept = new Set([...near].filter((node) => !isPaper(node)));
    shown = new Set([...near].sort((m, n) => m.rank - n.rank).slice(0, Math.max(state.n, FIRST)));
  } else {
    const all = state.n >= ALL;
    shown = new Set(things.filter((node) => passing.has(node) && (all || node.joined)).slice(0, state.n));
    if (chosen) {
      const beside = openPairs(chosen, passing).map((pair) => otherEnd(pair, chosen)).sort((m, n) => m.rank - n.rank);
      for (const node of beside.slice(0, 60)) shown.add(node);
    }
  }
  if (chosen) shown.add(chosen);
  if (state.with) shown.add(byId.get(state.with));
  if (path) for (const hop of path) shown.add(hop.from).add(hop.to);
  else for (const end of [state.a, state.b]) if (end) shown.add(byId.get(end));
  if (state.papers) {
    for (const paper of paperNodes) if (allowed.has(paper) && pairsOf.get(paper.id).some((pair) => shown.has(otherEnd(pair, paper)))) shown.add(paper);
  }
  const lines = [...pairs.values()].filter((pair) => shown.has(pair.a) && shown.has(pair.b) && pair.edges.some(edgePasses));
  return { passing, kept, allowed, shown, lines, path };
}

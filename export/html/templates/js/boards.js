// Leaderboards: for a data set and a metric, the systems in the order of what papers report of them.
const DIRECTIONS = { higher: "higher is better", lower: "lower is better" };
function boardTitle(board) {
  return `${byId.get(board.metric).label} on ${[byId.get(board.dataset).label, board.split].filter(Boolean).join(" ")}${board.unit ? ` (${board.unit})` : ""}`;
}
function boardRows(board) {
  return board.rows.filter((row) => {
    const system = byId.get(row.system);
    return (isPaper(system) ? selection.allowed.has(system) : selection.kept.has(system)) && selection.allowed.has(byId.get(row.place[0])) && row.confidence >= state.sure;
  });
}
function boardTable(board, rows) {
  const numbers = rows.map((row) => row.number);
  const [least, most] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const body = rows.map((row) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span"));
    bar.firstChild.style.width = `${(100 * (row.number - least)) / (most - least || 1)}%`;
    const system = byId.get(row.system), paper = byId.get(row.place[0]);
    return make("tr", {}, make("td", { class: "number" }, row.rank === null ? "–" : String(row.rank)),
      make("td", {}, isPaper(system) ? make("span", { class: "soft" }, "its own system, not named") : link(system)),
      make("td", { class: "number" }, `${row.value}${row.unit === "%" ? "" : " "}${row.unit}`.trim(), bar),
      make("td", {}, link(paper, shorten(paper.label, 60)), make("details", {}, make("summary", { class: "soft" }, "sentence"), quote(row.place, new Set([row.system, board.metric, board.dataset])))),
      make("td", { class: "date" }, papers[paper.id].date));
  });
  const heads = [["Rank", "number"], ["System"], ["Value", "number"], ["Paper"], ["Date"]].map(([head, name]) => make("th", { scope: "col", class: `plain ${name || ""}` }, head));
  const told = board.ranked ? DIRECTIONS[board.direction] : "in the order of the papers: which way is better is not known";
  return make("section", { class: "board" }, make("h3", {}, boardTitle(board)), make("p", { class: "soft" }, told, board.gains ? ` · ${plural(board.gains, "gain")} reported beside` : ""),
    make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": boardTitle(board) }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body))));
}
function chooser(label, key, others) {
  const names = [...new Set(boards.filter((board) => others(board)).map((board) => board[key]))].sort((a, b) => byId.get(a).label.localeCompare(byId.get(b).label, "en"));
  const [dataset, metric] = boardChoice();
  const current = key === "dataset" ? dataset : metric;
  const box = make("select", { "aria-label": label, onchange: () => change({ board: (key === "dataset" ? [box.value, metric] : [dataset, box.value]).join("|").replace(/^\|$/, "") }) },
    make("option", { value: "" }, `all ${label.toLowerCase()}`), ...names.map((id) => make("option", { value: id, selected: id === current }, byId.get(id).label)));
  return box;
}
function boardChoice() {
  const [dataset, metric] = state.board.split("|");
  return [dataset || "", metric || ""];
}
function showBoards() {
  const [dataset, metric] = boardChoice();
  const fitting = boards.filter((board) => (!dataset || board.dataset === dataset) && (!metric || board.metric === metric))
    .map((board) => [board, boardRows(board)]).filter(([, rows]) => rows.length)
    .sort(([, a], [, b]) => b.length - a.length);
  const columns = [column("Board", ([board]) => boardTitle(board)), column("Rank", ([, row]) => row.rank ?? ""), column("System", ([, row]) => byId.get(row.system).label),
    column("Value", ([, row]) => row.value), column("Unit", ([, row]) => row.unit), column("Paper", ([, row]) => byId.get(row.place[0]).label), column("Date", ([, row]) => papers[row.place[0]].date), column("Evidence", ([, row]) => sentenceOf(row.place))];
  const all = fitting.flatMap(([board, rows]) => rows.map((row) => [board, row]));
  const focused = document.activeElement?.getAttribute("aria-label");
  setSheet("Leaderboards", [
    make("div", { class: "sheet-head" }, make("p", { role: "status" }, `${plural(fitting.length, "board")}, ${plural(all.length, "score")}`),
      make("span", { class: "choosers" }, chooser("Datasets", "dataset", (board) => !metric || board.metric === metric), chooser("Metrics", "metric", (board) => !dataset || board.dataset === dataset)),
      button("Download CSV", () => save(new Blob(["\ufeff", csv(columns, all)], { type: "text/csv;charset=utf-8" }), "paperatlas-leaderboards.csv"))),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Boards" }, ...(fitting.length ? made(list(fitting.map(([board, rows]) => () => boardTable(board, rows)), 20)) : [make("p", { class: "soft" }, "No score passes the filters.")])),
  ]);
  if (focused) $("sheet").querySelector(`select[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

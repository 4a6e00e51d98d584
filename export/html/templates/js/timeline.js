// Things by the year of the first paper here that names them.
function showTimeline() {
  const years = new Map();
  for (const node of things) {
    if (!selection.kept.has(node)) continue;
    const year = node.date.slice(0, 4) || "no date";
    if (!years.has(year)) years.set(year, []);
    years.get(year).push(node);
  }
  const most = Math.max(1, ...[...years.values()].map((members) => members.length));
  const rows = [...years].sort(([a], [b]) => byName(a, b)).map(([year, members]) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    for (const type of Object.keys(types)) {
      const share = make("span", { class: type });
      share.style.width = `${(9 * members.filter((node) => node.group === type).length) / most}rem`;
      bar.append(share);
    }
    const chips = members.map((node) => () => {
      const chip = make("li", {}, button(node.label, () => choose(node), { class: `chip ${node.group}`, title: `${node.group}, first ${node.date || "without a date"}, named in ${plural(node.support, "paper")}`, dir: "auto" }));
      return chip;
    });
    return make("section", { class: "year" }, make("h3", {}, year, make("span", { class: "count" }, ` ${plural(members.length, "thing")}`)), bar, make("ul", { class: "chips" }, ...made(list(chips, 24)).map((item) => (item.localName === "li" ? item : make("li", {}, item)))));
  });
  setSheet("Timeline", [make("p", { class: "soft" }, "Things in the year of the first paper here that names them; the more papers, the earlier in the row."), make("div", { class: "scroll years", tabindex: "0", role: "region", "aria-label": "Years" }, ...rows)]);
}

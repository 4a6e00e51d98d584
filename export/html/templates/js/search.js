// Search by name and alias: the main one, and the ends of a path.
const names = nodes.map((node) => [node, [node.label, ...(node.aliases || [])]]).map(([node, forms]) => ({ node, forms, keys: forms.map(fold) }));

/** The nodes that a person may mean: [node, the alias that was found or null]. */
function matches(query, withPapers) {
  const wanted = fold(query);
  if (!wanted) return [];
  const found = [];
  for (const { node, forms, keys } of names) {
    if (isPaper(node) && !withPapers) continue;
    let best = 9, form = 0;
    keys.forEach((key, i) => {
      const fits = key === wanted ? 0 : key.startsWith(wanted) ? 1 : key.includes(wanted) ? 2 : 9;
      if (fits < best) [best, form] = [fits, i];
    });
    if (best < 9) found.push([best + (isPaper(node) ? 0.5 : 0), node, form ? forms[form] : null]);
  }
  return found.sort(([a, m], [b, n]) => a - b || m.rank - n.rank).slice(0, 12).map(([, node, alias]) => [node, alias]);
}

function combobox(input, { withPapers, take, empty }) {
  const box = make("ul", { role: "listbox", id: `${input.id}-list`, "aria-label": "Suggestions", class: "suggestions", hidden: true });
  input.after(box);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": box.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" })) input.setAttribute(name, value);
  let offered = [];
  let active = -1;
  const open = (yes) => {
    box.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    [...box.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    if (yes && active >= 0) {
      input.setAttribute("aria-activedescendant", `${box.id}-${active}`);
      box.children[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const pick = (i) => {
    if (!offered[i]) return;
    input.value = offered[i][0].label;
    open(false);
    take(offered[i][0]);
  };
  input.addEventListener("input", () => {
    offered = matches(input.value, withPapers);
    active = offered.length ? 0 : -1;
    box.replaceChildren(...offered.map(([node, alias], i) => make("li", {
      role: "option", id: `${box.id}-${i}`, onmousedown: (event) => { event.preventDefault(); pick(i); },
    }, make("span", { class: `dot ${node.group}` }), make("bdi", { class: "name" }, node.label),
    make("span", { class: "soft" }, alias ? `${shorten(alias, 40)} · ` : "", `${node.group}${isPaper(node) ? "" : ` · ${plural(node.support, "paper")}`}`))));
    if (!input.value.trim() && empty) empty();
    const nothing = input.value.trim() && !offered.length;
    if (nothing) box.replaceChildren(make("li", { class: "soft", role: "option", "aria-disabled": "true" }, "Nothing here is called so."));
    open(offered.length > 0 || Boolean(nothing));
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!offered.length) return;
      active = (active + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
      open(true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(Math.max(active, 0));
    } else if (event.key === "Escape") {
      open(false);
      input.blur();
      event.stopPropagation();
    }
  });
}
combobox($("search"), { withPapers: true, take: (node) => { choose(node); $("panel").focus({ preventScroll: true }); } });
for (const [id, end] of [["path-from", "a"], ["path-to", "b"]]) {
  combobox($(id), {
    withPapers: false,
    take: (node) => { change({ [end]: node.id, at: "", with: "", depth: 0 }); showPath(true); },
    empty: () => change({ [end]: "" }),
  });
}

/** Bring the path into view. */
function showPath(animated) {
  if (selection.path && state.view === "graph") fit(animated, new Set(selection.path.flatMap((hop) => [hop.from, hop.to])));
}

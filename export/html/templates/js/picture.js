// What the window shows, as a picture: PNG as it is drawn, SVG drawn once more.
$("save-png").addEventListener("click", () => {
  const canvas = make("canvas", { width: sheet.width, height: sheet.height });
  const context = canvas.getContext("2d");
  context.fillStyle = colour("ground");
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of [sheet, overlay]) context.drawImage(layer, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, "paperatlas.png"), "image/png");
});
$("save-svg").addEventListener("click", () => save(new Blob([svg()], { type: "image/svg+xml" }), "paperatlas.svg"));

function svg() {
  const space = "http://www.w3.org/2000/svg";
  const place = projection(), focus = inFocus(), width = ground.clientWidth, height = ground.clientHeight;
  const shape = (tag, attributes, text) => {
    const element = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, typeof value === "number" ? Math.round(value * 100) / 100 : value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const root = shape("svg", { xmlns: space, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "system-ui, sans-serif" });
  root.append(shape("rect", { width, height, fill: colour("ground") }));
  const lines = root.appendChild(shape("g", { "stroke-linecap": "round" }));
  for (const pair of selection.lines) {
    const near = focus && focus.pairs.includes(pair);
    lines.append(shape("line", {
      x1: place.x(pair.a.x), y1: place.y(pair.a.y), x2: place.x(pair.b.x), y2: place.y(pair.b.y),
      stroke: near ? fillOf(pair.a) : colour("thread"), "stroke-width": near ? 2 : 0.8, opacity: near ? 0.9 : focus ? 0.12 : 0.5,
    }));
  }
  const dots = root.appendChild(shape("g", { stroke: colour("ground") }));
  for (const node of [...selection.shown].sort((m, n) => n.rank - m.rank)) {
    const radius = Math.max(sizeOf(node) * place.scale, 1), [x, y] = [place.x(node.x), place.y(node.y)];
    const common = { fill: fillOf(node), opacity: !focus || focus.nodes.has(node) ? 1 : 0.18 };
    const dot = isPaper(node) ? shape("rect", { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius, ...common }) : shape("circle", { cx: x, cy: y, r: radius, ...common });
    dot.append(shape("title", {}, node.label));
    dots.append(dot);
  }
  const texts = root.appendChild(shape("g", { "text-anchor": "middle", fill: colour("ink"), stroke: colour("ground"), "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" }));
  for (const name of written) texts.append(shape("text", { x: name.x, y: name.y + name.size, "font-size": name.size, "font-weight": name.bold ? 600 : 400 }, name.text));
  return new XMLSerializer().serializeToString(root);
}

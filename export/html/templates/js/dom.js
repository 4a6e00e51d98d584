// What is shown comes from the JSON blocks of the page and becomes text nodes: never markup.
const $ = (id) => document.getElementById(id);

/** Make an element; strings among its children become text, what is null is left out. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const button = (text, onclick, attributes) => make("button", { type: "button", onclick, ...attributes }, text);
const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many || one + "s"}`;
const shorten = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
/** A name as people type it: without case, accents, spaces and hyphens. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}+#]+/gu, "");
const byName = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The colours of the style sheet, as the canvas needs them. */
const palette = new Map();
function colour(name) {
  if (!palette.has(name)) palette.set(name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());
  return palette.get(name);
}
/** A colour "#rrggbb" with an opacity. */
function clear(hex, opacity) {
  const part = (at) => parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
}

/** Hand a file to the person who asked for it. */
function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

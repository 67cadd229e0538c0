/* The few ways the wall makes and changes elements. Text is always text, never markup. */
(function (root) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  /* el("p", "lead", "text") or el("div", "row", [children]). */
  function el(tag, className, content) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (Array.isArray(content)) node.append(...content);
    else if (content !== undefined && content !== null) node.textContent = content;
    return node;
  }

  function svg(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    return node;
  }

  /* Touch the page only when something differs: an untouched node costs no layout. */
  function text(node, content) {
    if (node.textContent !== content) node.textContent = content;
  }

  function data(node, name, value) {
    if (node.dataset[name] !== value) node.dataset[name] = value;
  }

  function show(node, visible) {
    if (node.hidden === visible) node.hidden = !visible;
  }

  /* As dashboard/components/mark.py draws them; base.css shows the one of `data-state`. */
  const SHAPES = {
    normal: ["circle", { cx: 8, cy: 8, r: 5.6 }],
    attention: ["path", { d: "M8 .6 16 15H0z" }],
    warning: ["path", { d: "M8 0l8 8-8 8-8-8z" }],
    alarm: ["path", { d: "M1 1h14v14H1z" }],
    unknown: ["circle", { cx: 8, cy: 8, r: 6.8 }],
  };

  /* The shape of a state: small disc, triangle, diamond, square, ring. Drawn, not a background:
     it stays where colours are forced and on paper. */
  function mark(state) {
    const shapes = Object.entries(SHAPES).map(([name, [tag, form]]) =>
      svg(tag, Object.assign({ class: "mark-" + name }, form))
    );
    const drawing = svg("svg", { viewBox: "0 0 16 16" });
    drawing.append(...shapes);
    const node = el("i", "mark", [drawing]);
    node.dataset.state = state;
    node.setAttribute("aria-hidden", "true");
    return node;
  }

  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const KEPT_WIDTHS = 4000;

  /* Width of a text in px as `font` (a CSS font) draws it, without touching the layout. */
  function width(content, font) {
    const key = font + content;
    if (!widths.has(key)) {
      if (widths.size >= KEPT_WIDTHS) widths.clear();
      canvas.font = font;
      widths.set(key, canvas.measureText(content).width);
    }
    return widths.get(key);
  }

  /* Exactly `count` children of one kind: made or dropped at the end, the rest kept. */
  function rows(parent, count, make) {
    while (parent.children.length > count) parent.lastElementChild.remove();
    while (parent.children.length < count) parent.append(make());
    return parent.children;
  }

  const api = { el, svg, text, data, show, mark, rows, width };
  root.yiping = Object.assign(root.yiping || {}, { dom: api });
})(window);

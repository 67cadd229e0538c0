/* Paints light elements (dashboard/components/light.py): plain data into HTML, text always as text.
   A page is {id of a container: [elements]}; unchanged containers are left alone. */
(function (root) {
  "use strict";

  const TAGS = new Set(("a b code dd div dl dt em h1 h2 i nav p small span table tbody td th thead tr")
    .split(" "));
  const ATTRIBUTES = /^(class|id|title|scope|href|data-[a-z]+|aria-[a-z]+)$/;

  /* Only into this server: never //elsewhere, never javascript:. */
  function isLocal(href) {
    return /^\/(?![/\\])/.test(href);
  }

  function build(node) {
    if (!Array.isArray(node)) return document.createTextNode(String(node));
    const [tag, attributes, ...children] = node;
    if (!TAGS.has(tag)) throw new Error("light: unknown tag " + tag);
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (!ATTRIBUTES.test(name)) throw new Error("light: unknown attribute " + name);
      if (name !== "href" || isLocal(value)) element.setAttribute(name, value);
    }
    element.append(...children.map(build));
    if (tag === "table") nameCells(element);
    return element;
  }

  /* Where a table folds into cards, every cell says which column it was. */
  function nameCells(table) {
    const names = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, n) => { cell.dataset.label = names[n]; });
    }
  }

  /* Follow a link as Dash's own links do: without loading everything again. */
  function follow(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain) return;
    event.preventDefault();
    root.history.pushState({}, "", link.getAttribute("href"));
    root.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    root.scrollTo(0, 0);
  }

  const painted = new WeakMap();
  let renewed = 0;

  function paint(page) {
    if (page) renewed = performance.now();
    for (const [id, nodes] of Object.entries(page || {})) {
      const container = document.getElementById(id);
      if (!container) continue;
      const content = JSON.stringify(nodes);
      if (painted.get(container) === content) continue;
      const focused = container.contains(document.activeElement) && document.activeElement.getAttribute("href");
      if (!painted.has(container)) container.addEventListener("click", follow);
      painted.set(container, content);
      container.replaceChildren(...nodes.map(build));
      if (focused) {
        const again = [...container.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused);
        if (again) again.focus({ preventScroll: true });
      }
    }
  }

  /* A page whose answers stop coming must not look alive. A hidden tab is not asked. */
  function watch() {
    const banner = document.getElementById("desk-silent");
    if (!banner || document.hidden) renewed = performance.now();
    const silent = banner && performance.now() - renewed > Number(banner.dataset.after) * 1000;
    document.body.classList.toggle("is-silent", Boolean(silent));
  }

  const api = { paint, build, isLocal };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }
  root.setInterval(watch, 1000);
  root.dash_clientside = Object.assign({}, root.dash_clientside, { light: api });
})(typeof window === "undefined" ? globalThis : window);

/* Paints light elements (dashboard/components/light.py): plain data into HTML and SVG, text always
   as text. A page is {id of a container: [elements]}; unchanged containers are left alone.
   Forms, dialogs and what a reader has typed are looked after by light_forms.js. */
(function (root) {
  "use strict";

  const words = (text) => new Set(text.split(/\s+/));
  const TAGS = words(`a abbr b button caption code dd del details dialog div dl dt em fieldset figcaption
    figure footer form h1 h2 h3 header i input label legend li nav ol optgroup option output p section
    select small span strong summary svg table tbody td textarea tfoot th thead time tr ul`);
  const SVG_TAGS = words("a circle ellipse g line path polygon polyline rect svg text title tspan");
  const SVG = "http://www.w3.org/2000/svg";

  const COMMON = /^(class|id|role|tabindex|data-[a-z-]+|aria-[a-z]+)$/;
  const OF_HTML = words(`title scope href download open hidden colspan rowspan datetime start lang
    method action name value label type min max step placeholder maxlength required disabled checked
    selected multiple rows for form autocomplete inputmode list`);
  const OF_SVG = words(`viewBox preserveAspectRatio width height x y x1 x2 y1 y2 dx dy cx cy r rx ry d
    points transform pathLength text-anchor dominant-baseline vector-effect href`);
  const GEOMETRY = /^[\w\s.,+\-()%]*$/; // no colon, no slash, no hash: nothing to load
  const INPUTS = words(`checkbox date datetime-local hidden month number radio range search text`);
  const BUTTONS = words("button reset submit");

  /* Only into this server or this page: never //elsewhere, never javascript:. */
  function isLocal(href) {
    return /^(\/(?![/\\])|#[\w-]*$)/.test(href);
  }

  function allowed(tag, name, value, svg) {
    if (name === "href" || name === "action") return isLocal(value);
    if (name === "method") return value === "get";
    if (name === "type") return (tag === "button" ? BUTTONS : INPUTS).has(value);
    return !svg || COMMON.test(name) || GEOMETRY.test(value);
  }

  function build(node, inSvg) {
    if (!Array.isArray(node)) return document.createTextNode(String(node));
    const [tag, attributes, ...children] = node;
    const svg = tag === "svg" || inSvg === true;
    if (!(svg ? SVG_TAGS : TAGS).has(tag)) throw new Error("light: unknown tag " + tag);
    const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      const known = COMMON.test(name) || (svg ? OF_SVG : OF_HTML).has(name);
      if (!known) throw new Error("light: unknown attribute " + name);
      if (allowed(tag, name, value, svg)) element.setAttribute(name, value);
    }
    element.append(...children.map((child) => build(child, svg)));
    if (tag === "table") nameCells(element);
    return element;
  }

  /* Where a table folds into cards, every cell says which column it was. */
  function nameCells(table) {
    const names = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, n) => { if (names[n]) cell.dataset.label = names[n]; });
    }
  }

  /* Go to an address of this application as Dash's own links do: without loading it again. */
  function go(address) {
    root.history.pushState({}, "", address);
    root.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    root.scrollTo(0, 0);
  }

  /* Downloads, other whole pages (data-plain) and places on this page are the browser's affair. */
  function follow(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain) return;
    const address = link.getAttribute("href");
    if (address.startsWith("#") || link.hasAttribute("download") || link.dataset.plain !== undefined) return;
    event.preventDefault();
    if (link.dataset.stay === undefined) go(address);
    else stay(link, address);
  }

  let stayed = null; // the link a reader stayed with, until it has been painted again

  /* A link with data-stay changes the address, but neither where the reader has scrolled to nor
     what has the focus: the page that answers is built anew and would lose both. */
  function stay(link, address) {
    const at = root.scrollY;
    stayed = { href: address, column: columnOf(link), key: link.dataset.key };
    go(address);
    root.scrollTo(0, at);
  }

  function columnOf(link) {
    const head = link.closest("th[data-column]");
    return head ? head.dataset.column : null;
  }

  /* The link in a container that was followed; the one of its column where that now sorts back,
     the one of its key where that now takes back what it picked. */
  function sameLink(container, { href, column, key }) {
    if (key) return container.querySelector(`a[data-key="${CSS.escape(key)}"]`);
    const links = [...container.querySelectorAll("a[href]")].filter((link) => columnOf(link) === column);
    return links.find((link) => link.getAttribute("href") === href) || (column ? links[0] : undefined);
  }

  const painted = new WeakMap();
  let renewed = 0;

  function paint(page) {
    if (root.yiping.identity.look()) return; // an answer for somebody else
    if (page) renewed = performance.now();
    for (const [id, nodes] of Object.entries(page || {})) {
      const container = document.getElementById(id);
      if (!container) continue;
      const content = JSON.stringify(nodes);
      if (painted.get(container) === content) continue;
      if (!painted.has(container)) {
        container.addEventListener("click", follow);
        root.yiping.forms.attend(container, go);
      }
      painted.set(container, content);
      replace(container, nodes);
    }
  }

  /* New content, with the focus, the open panels and the typed text where they were. */
  function replace(container, nodes) {
    const active = document.activeElement;
    const held = container.contains(active) && active.getAttribute("href");
    const focused = held
      ? { href: held, column: columnOf(active), key: active.dataset.key }
      : active === document.body && stayed;
    const typed = root.yiping.forms.remember(container);
    container.replaceChildren(...nodes.map((node) => build(node)));
    container.dispatchEvent(new CustomEvent("light:painted", { bubbles: true })); // chart.js draws
    root.yiping.forms.restore(container, typed);
    const again = focused && sameLink(container, focused);
    if (!again) return;
    stayed = null;
    again.focus({ preventScroll: true });
  }

  /* A page whose answers stop coming must not look alive. A hidden tab is not asked. */
  function watch() {
    const banner = document.getElementById("desk-silent");
    if (!banner || document.hidden) renewed = performance.now();
    const silent = banner && performance.now() - renewed > Number(banner.dataset.after) * 1000;
    document.body.classList.toggle("is-silent", Boolean(silent));
  }

  const api = { paint, build, isLocal, go };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }
  root.setInterval(watch, 1000);
  root.dash_clientside = Object.assign({}, root.dash_clientside, { light: api });
})(typeof window === "undefined" ? globalThis : window);

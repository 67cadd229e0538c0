/* The time and, on paper, the address beside the reader's name (dashboard/components/watermark.py). */
(function (root) {
  "use strict";

  /* `2026-11-23 18:42` of an instant on the city's clocks. */
  function local(ms, zone) {
    return root.yiping.zone.local(ms, zone).toISOString().slice(0, 16).replace("T", " ");
  }

  /* The city's time: the server's clock as the page last heard it, else this machine's. */
  function stamp() {
    const clock = document.querySelector("[data-now]");
    const line = document.getElementById("watermark");
    return local(clock ? Number(clock.dataset.now) : Date.now(), JSON.parse(line.dataset.zone));
  }

  function renew() {
    const when = document.getElementById("watermark-when");
    if (!when) return;
    const text = " · " + stamp();
    if (when.textContent !== text) when.textContent = text;
    const line = when.parentElement;
    if (line.dataset.address !== root.location.href) line.dataset.address = root.location.href;
  }

  /* A text as CSS takes it between quotation marks. Pure. */
  function quoted(text) {
    return '"' + text.replace(/[^\p{L}\p{N} .,:;·/?=&%_~-]/gu, (c) => "\\" + c.codePointAt(0).toString(16) + " ") + '"';
  }

  /* The foot of every sheet. Where a browser has no margin boxes, the line itself is printed. */
  function foot() {
    renew();
    const line = document.getElementById("watermark");
    if (!line || !root.CSSStyleSheet) return;
    const demo = document.querySelector("#desk-mark .desk-demo");
    const text = [demo && demo.textContent, line.textContent, root.location.href].filter(Boolean).join(" · ");
    const style = "font-size: 8pt; color: gray; vertical-align: top; padding-top: 2mm;";
    const sheet = new root.CSSStyleSheet();
    sheet.insertRule(`@page { @bottom-left { content: ${quoted(text)}; white-space: nowrap; ${style} }
      @bottom-right { content: counter(page) " / " counter(pages); ${style} } }`);
    const boxes = sheet.cssRules[0].cssText.includes("@bottom-left");
    line.classList.toggle("watermark-in-margin", boxes);
    const others = document.adoptedStyleSheets.filter((one) => one !== foot.sheet);
    document.adoptedStyleSheets = boxes ? [...others, sheet] : others;
    foot.sheet = sheet;
  }

  const api = { local, quoted, stamp };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }
  root.addEventListener("beforeprint", foot);
  root.setInterval(renew, 2000);
  root.yiping = Object.assign(root.yiping || {}, { watermark: api });
})(typeof window === "undefined" ? globalThis : window);

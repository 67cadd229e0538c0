/* Values on desk pages grow old between renewals (dashboard/components/moment.py): what was alive
   when the answer came may be late or stale by now, and a value never gets younger by waiting. */
(function (root) {
  "use strict";

  const ORDER = { live: 0, late: 1, stale: 2, never: 3 };

  const UNITS = [[86400000, "days"], [3600000, "hours"], [60000, "minutes"], [1000, "seconds"]];

  /* As dashboard/components/times.py words it. */
  function span(ms, t) {
    const [width, name] = UNITS.find(([size]) => ms >= size) || UNITS[3];
    return t("span." + name, { n: Math.floor(ms / width) });
  }

  /* What an element's value is now: {freshness, turned, words: new ones for its age or ""}. Pure;
     `say`: {t, zone, format, freshness(at, now, edges)}. */
  function seen(data, now, say) {
    const at = Number(data.at);
    const edges = { late_after_s: Number(data.late), stale_after_s: Number(data.stale) };
    const before = data.freshness || "live";
    const mine = say.freshness(at, now, edges);
    const freshness = ORDER[mine] > ORDER[before] ? mine : before;
    const turned = freshness !== before;
    let words = "";
    if (freshness === "late") words = say.t("mark.late", { age: span(now - at, say.t) });
    if (turned && freshness === "stale") words = say.t("mark.stale", { time: say.format.stamp(at, now, say.zone) });
    return { freshness, turned, words };
  }

  function word(node, name, text) {
    for (const found of node.querySelectorAll(`[data-word="${name}"]`)) {
      if (found.textContent !== text) found.textContent = text;
    }
  }

  function paint(node, now, say) {
    const { freshness, turned, words } = seen(node.dataset, now, say);
    if (words) word(node, "age", words);
    if (!turned) return;
    node.dataset.freshness = freshness;
    if (freshness !== "stale") return;
    const stated = [...node.querySelectorAll("[data-state]")];
    if (node.dataset.state) stated.push(node);
    for (const one of stated) one.dataset.state = "unknown";
    word(node, "state", say.t("state.unknown"));
  }

  let clock = null; // a clock that runs on while the machine sleeps
  let base = null; // {told, at}: what the server's clock said and when that came

  function serverNow(node) {
    if (!clock) clock = root.yiping.live.wakingClock(() => performance.now(), Date.now);
    const told = node.dataset.now;
    const at = clock();
    if (!base || base.told !== told) base = { told, at };
    return Number(told) + at - base.at;
  }

  function tick() {
    const node = document.querySelector("#desk-mark [data-now]");
    if (!node) return;
    const { ageing, format } = root.yiping;
    const say = {
      t: format.translator(JSON.parse(node.dataset.words)),
      zone: JSON.parse(node.dataset.zone),
      format,
      freshness: ageing.freshness,
    };
    const now = serverNow(node);
    for (const one of document.querySelectorAll("main [data-at]")) paint(one, now, say);
  }

  const api = { seen };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }
  root.setInterval(tick, 1000);
})(typeof window === "undefined" ? globalThis : window);

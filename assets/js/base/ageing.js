/* How old a value is, judged again by the browser every second with the server's clock.
   Same edges as domain/freshness.py: a value is late after `late_after_s`, stale after
   `stale_after_s`, both exclusive. A value never gets younger by waiting. */
(function (root) {
  "use strict";

  const ORDER = { live: 0, late: 1, stale: 2, never: 3 };

  function freshness(observedMs, nowMs, sign) {
    if (observedMs === null || Number.isNaN(observedMs)) return "never";
    const age = nowMs - observedMs;
    if (age > sign.stale_after_s * 1000) return "stale";
    if (age > sign.late_after_s * 1000) return "late";
    return "live";
  }

  function instant(text) {
    return text ? Date.parse(text) : null;
  }

  /* What may be shown of a reading now: {freshness, state, observedMs}. */
  function effective(reading, sign, nowMs) {
    const observedMs = instant(reading.observed_at);
    const seen = freshness(observedMs, nowMs, sign);
    const said = reading.freshness;
    const worse = ORDER[said] > ORDER[seen] ? said : seen;
    const usable = worse === "live" || worse === "late";
    return { freshness: worse, state: usable ? reading.state : "unknown", observedMs };
  }

  const GRADES = ["normal", "attention", "warning", "alarm", "unknown"];

  /* The counts of cells as they stand on the wall, each {state, freshness}: every cell has one
     state; stale and never are among the unknown, late among the rest. As the engine's domains. */
  function tally(shown) {
    const sum = { signs: shown.length, normal: 0, attention: 0, warning: 0, alarm: 0, unknown: 0 };
    Object.assign(sum, { late: 0, stale: 0, never: 0 });
    for (const { state, freshness } of shown) {
      sum[GRADES.includes(state) ? state : "unknown"] += 1;
      if (freshness !== "live") sum[freshness] += 1;
    }
    return sum;
  }

  /* Whether time alone has taken the state from a value since the engine added up: then what was
     made of all of them, an index, is of a moment ago. cells: [{reading, was}]. */
  function outgrown(cells) {
    return cells.some(({ reading, was }) => reading && was && reading.state !== was.state);
  }

  const api = { freshness, effective, instant, tally, outgrown };
  root.yiping = Object.assign(root.yiping || {}, { ageing: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

/* The one plain sentence that opens the wall: what, where, how long, whose; or that all is well;
   or that too little is known to say either. Pure. */
(function (root) {
  "use strict";

  const GRADED = ["alarm", "warning", "attention"];

  function totals(domains) {
    const sum = { signs: 0, normal: 0, attention: 0, warning: 0, alarm: 0, unknown: 0, never: 0 };
    for (const domain of domains) for (const key of Object.keys(sum)) sum[key] += domain[key] || 0;
    return sum;
  }

  function others(counts, own, say) {
    const left = Object.assign({}, counts);
    left[own] = Math.max(0, left[own] - 1);
    const parts = GRADED.filter((state) => left[state] > 0).map((state) =>
      say.t("wall.say.count", { n: left[state], state: say.state(state) })
    );
    return parts.length
      ? say.t("wall.say.others", { list: parts.join(say.t("wall.say.join")) })
      : say.t("wall.say.end");
  }

  function worst(alert, counts, say) {
    const since = alert.since ? Date.parse(alert.since) : null;
    const lasting = since === null ? null : say.lasting(say.now - since);
    return (
      say.t(lasting === null ? "wall.say.worst.plain" : "wall.say.worst", {
        place: say.place(alert.street),
        sign: say.sign(alert.sign),
        value: say.value(alert.sign, alert.value),
        state: say.state(alert.state),
        lasting,
        owner: say.owner(alert.department),
      }) + others(counts, alert.state, say)
    );
  }

  /* domains: counts of their cells (ageing.tally); counts: signs in each grade (alerts.count); alert: the head of
     the worst group, or null; say: {t, now, city, state(s), place(code|null), sign(code), value(code, v), owner(code),
     lasting(ms)}. */
  function build(domains, counts, alert, say) {
    const sum = totals(domains);
    if (sum.signs === sum.never) return say.t("wall.say.empty");
    const all = { total: sum.signs, unknown: sum.unknown };
    if (2 * sum.unknown > sum.signs) return say.t("wall.say.blind", all);
    const missing = sum.unknown ? say.t("wall.say.unknown", all) : "";
    if (alert && (alert.state === "alarm" || alert.state === "warning")) {
      return worst(alert, counts, say) + missing;
    }
    const key = counts.attention ? "wall.say.calm.watch" : "wall.say.calm";
    const values = Object.assign({ city: say.city }, sum, counts, all);
    return say.t(key, values) + missing;
  }

  /* The parts of a sentence that should not break over lines while there is room elsewhere. */
  function clauses(words) {
    return words.split(/(?<=[\uff0c\uff1b\u3002])|(?<=[;.] )/u).filter(Boolean);
  }

  const api = { build, totals, clauses };
  root.yiping = Object.assign(root.yiping || {}, { sentence: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

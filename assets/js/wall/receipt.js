/* The index as a receipt: what was taken off 100, adding up to the last digit. Pure. */
(function (root) {
  "use strict";

  const round = (points) => Number(points.toFixed(2));

  /* The `names` largest detractors by name and the rest in one row, so that the rows sum to
     100 − index. Returns [{sign|null, state|null, points, count}]. */
  function deduction(detractors, index, names) {
    const real = detractors.filter((one) => one.points > 0);
    const named = real.slice(0, names);
    const list = named.map((one) => ({
      sign: one.sign,
      state: one.state,
      points: round(one.points),
      count: 1,
    }));
    const taken = list.reduce((sum, one) => sum + one.points, 0);
    const count = real.length - named.length;
    if (count) list.push({ sign: null, state: null, points: round(100 - index - taken), count });
    return list;
  }

  const api = { deduction };
  root.yiping = Object.assign(root.yiping || {}, { receipt: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

/* Where things stand in the drawings of the large scenes. Pure: numbers in, shares of a width or
   a height out. */
(function (root) {
  "use strict";

  const GRADES = ["attention", "warning", "alarm"];
  const NOTCH = { attention: 0.5, warning: 0.68, alarm: 0.86 };
  const USUAL = 0.08; // where a typical value stands
  const WIDTH = 600;
  const HEIGHT = 160;

  /* The edges that count for a value, [{grade, edge}], worse ones last: those of its own side
     where a sign has two. `sign` as in the static companion. */
  function edges(sign, value) {
    const side = (n) =>
      GRADES.filter((grade) => typeof sign[grade][n] === "number").map((grade) => ({
        grade,
        edge: sign[grade][n],
      }));
    const [low, high] = [side(0), side(1)];
    if (!low.length || !high.length) return low.length ? low : high;
    const middle = typeof sign.typical === "number" ? sign.typical : (low[0].edge + high[0].edge) / 2;
    return typeof value === "number" && value < middle ? low : high;
  }

  /* The gauge: notches at the same place for every sign, worse to the right, so that "how far
     past" compares across units. {at: 0…1|null, notches: [{grade, edge, at}]}. */
  function gauge(sign, value) {
    const found = edges(sign, value).map((one) => Object.assign({ at: NOTCH[one.grade] }, one));
    if (!found.length || typeof value !== "number") return { at: null, notches: found };
    const first = found[0];
    const usual = typeof sign.typical === "number" ? sign.typical : first.edge / 2;
    const points = [{ edge: usual, at: USUAL }].concat(found);
    const up = points[points.length - 1].edge >= usual ? 1 : -1;
    const past = (edge) => (value - edge) * up >= 0;
    if (!past(usual)) return { at: USUAL / 2, notches: found };
    let below = 0;
    while (below + 1 < points.length && past(points[below + 1].edge)) below += 1;
    const [from, to] = [points[below], points[below + 1]];
    if (to) {
      const share = (value - from.edge) / (to.edge - from.edge || up);
      return { at: from.at + share * (to.at - from.at), notches: found };
    }
    const span = Math.abs(from.edge - usual) || 1;
    const over = Math.min(1, Math.abs(value - from.edge) / span);
    return { at: from.at + over * (0.985 - from.at), notches: found };
  }

  /* A day's line with the thresholds that lie near it. points: [[ms, value|null], …].
     {path, dot: [x, y]|null, low, high, lines: [{grade, edge, at}], scale(value)}; x, y and at
     are shares from the left and the top. */
  function day(points, sign) {
    const known = points.filter(([, value]) => typeof value === "number");
    if (!known.length) return { path: "", dot: null, low: null, high: null, lines: [] };
    const values = known.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const every = GRADES.flatMap((grade) => sign[grade].map((edge) => ({ grade, edge }))).filter(
      ({ edge }) => typeof edge === "number"
    );
    const room = Math.max(high - low, Math.abs(high) * 0.25, 10 ** -sign.decimals);
    const near = every.filter(({ edge }) => edge >= low - room && edge <= high + room);
    const shown = values.concat(near.map(({ edge }) => edge));
    const [bottom, top] = [Math.min(...shown), Math.max(...shown)];
    const y = (value) => (top === bottom ? 0.5 : 0.94 - (0.88 * (value - bottom)) / (top - bottom));
    const [start, end] = [points[0][0], points[points.length - 1][0]];
    const x = (ms) => (end === start ? 1 : (ms - start) / (end - start));
    let path = "";
    let pen = "M";
    points.forEach(([ms, value], n) => {
      if (typeof value !== "number") {
        pen = "M";
        return;
      }
      const at = (x(ms) * WIDTH).toFixed(1) + " " + (y(value) * HEIGHT).toFixed(1);
      const alone = pen === "M" && !(points[n + 1] && typeof points[n + 1][1] === "number");
      path += pen + at + (alone ? "h0.1" : "");
      pen = "L";
    });
    const [lastMs, lastValue] = known[known.length - 1];
    const lines = near.map((one) => Object.assign({ at: y(one.edge) }, one));
    return { path, dot: [x(lastMs), y(lastValue)], low, high, lines };
  }

  const api = { edges, gauge, day, WIDTH, HEIGHT, GRADES };
  root.yiping = Object.assign(root.yiping || {}, { sceneParts: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

/* The geometry of a small line of hourly values. Pure. */
(function (root) {
  "use strict";

  const WIDTH = 240;
  const HEIGHT = 60;
  const AIR = 4; // kept free above and below the line

  /* [[ms, value|null], …] → {path, last: [x, y]|null, peak} in a box WIDTH × HEIGHT. Pure. */
  function line(points) {
    const known = points.filter(([, value]) => typeof value === "number");
    if (known.length < 2) return { path: "", last: null, peak: null };
    const values = known.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [start, end] = [points[0][0], points[points.length - 1][0]];
    const x = (ms) => (WIDTH * (ms - start)) / (end - start || 1);
    const y = (value) => HEIGHT - AIR - ((HEIGHT - 2 * AIR) * (value - low)) / (high - low || 1);
    let path = "";
    let pen = "M";
    for (const [ms, value] of points) {
      if (typeof value === "number") path += pen + x(ms).toFixed(1) + " " + y(value).toFixed(1);
      pen = typeof value === "number" ? "L" : "M";
    }
    const [lastMs, lastValue] = known[known.length - 1];
    return { path, last: [x(lastMs) / WIDTH, y(lastValue) / HEIGHT], peak: high };
  }

  /* Local midnights inside the span, as shares of its width. Pure. */
  function midnights(points, zone) {
    if (points.length < 2) return [];
    const DAY = 86400000;
    const { offset, instant } = root.yiping.zone;
    const [start, end] = [points[0][0], points[points.length - 1][0]];
    const marks = [];
    for (let shown = Math.ceil((start + offset(start, zone)) / DAY) * DAY; ; shown += DAY) {
      const at = instant(shown, zone);
      if (at >= end) return marks;
      if (at > start) marks.push((at - start) / (end - start));
    }
  }

  const api = { line, midnights, WIDTH, HEIGHT };
  root.yiping = Object.assign(root.yiping || {}, { spark: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

/* The arithmetic of a chart: where values, instants, gaps and lines lie. Pure. */
(function (root) {
  "use strict";

  const MINUTE = 60000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const STEPS = [HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
  const MONTHS = [1, 2, 3, 6, 12, 24, 60];

  /* Round numbers that cover low … high in about `count` steps. */
  function ticks(low, high, count) {
    const rough = (high - low) / Math.max(1, count) || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
    const found = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) {
      found.push(Number((n * step).toPrecision(12)));
    }
    return found;
  }

  /* Local hours, midnights or firsts of months in [from, to], at most about `count` of them:
     [[ms, "hour" | "day" | "month"]]. */
  function instants(from, to, zone, count) {
    const step = STEPS.find((s) => (to - from) / s <= count);
    if (!step) return months(from, to, zone, count);
    const { offset, instant } = root.yiping.zone;
    const found = [];
    // steps of what clocks show: a step that they skip is none, one that they repeat comes once
    const last = Math.max(to + offset(to, zone), from + offset(from, zone));
    for (let shown = Math.ceil((from + offset(from, zone)) / step) * step; shown <= last; shown += step) {
      const at = instant(shown, zone);
      const there = at + offset(at, zone) === shown;
      if (at >= from && at <= to && there) found.push([at, shown % DAY === 0 ? "day" : "hour"]);
    }
    return found;
  }

  function months(from, to, zone, count) {
    const step = MONTHS.find((n) => (to - from) / (n * 30 * DAY) <= count) || 120;
    const first = root.yiping.zone.local(from, zone);
    const found = [];
    for (let n = first.getUTCFullYear() * 12 + first.getUTCMonth(); ; n++) {
      const at = root.yiping.zone.instant(Date.UTC(Math.floor(n / 12), n % 12, 1), zone);
      if (at > to) return found;
      if (at >= from && n % step === 0) found.push([at, "month"]);
    }
  }

  /* The lowest and highest value to show. Thresholds count when they are near: a line far away must
     not press the values flat, but the next one is worth seeing. Zero is shown when it is near. */
  function range(values, edges) {
    const known = values.filter((v) => typeof v === "number");
    if (!known.length && !edges.length) return [0, 1];
    const base = known.length ? known : edges;
    let [low, high] = [Math.min(...base), Math.max(...base)];
    const size = Math.max(high - low, Math.abs(high) * 0.1, 1e-6);
    for (const edge of edges) {
      if (edge > high && edge - high <= 0.8 * size) high = edge;
      if (edge < low && low - edge <= 0.8 * size) low = edge;
    }
    if (low > 0 && low <= 0.5 * high) low = 0;
    if (high < 0 && high >= 0.5 * low) high = 0;
    const air = (high - low || Math.abs(high) * 0.2 || 1) * 0.06;
    return [low === 0 ? 0 : low - air, high === 0 ? 0 : high + air];
  }

  /* The known points of a line: [[ms, value]], each in the middle of what of its bucket lies
     within [from, to]: the bucket that is still running must not reach into the future. */
  function points(line, from, to) {
    const found = [];
    line.values.forEach((value, n) => {
      const start = line.start + n * line.step;
      const middle = (Math.max(start, from) + Math.min(start + line.step, to)) / 2;
      if (typeof value === "number") found.push([middle, value]);
    });
    return found;
  }

  /* Pieces of a line: a value reaches `reach` ms, beyond that there is a gap. */
  function pieces(known, reach) {
    const found = [];
    known.forEach((point, n) => {
      if (n && point[0] - known[n - 1][0] <= reach) found[found.length - 1].push(point);
      else found.push([point]);
    });
    return found;
  }

  /* Where nothing is known inside [from, to]: [[from, to]], ends of the span included. */
  function gaps(known, reach, from, to) {
    const found = [];
    let last = from - reach;
    for (const [at] of known) {
      if (at - last > reach && at - Math.max(last, from) > reach / 2) found.push([Math.max(last, from), at]);
      last = at;
    }
    if (to - last > reach) found.push([Math.max(last, from), to]);
    return found;
  }

  /* The point nearest to an instant, if it is not further than `within`. */
  function nearest(known, at, within) {
    let low = 0;
    let high = known.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (known[middle][0] < at) low = middle + 1;
      else high = middle;
    }
    const found = [known[low - 1], known[low]].filter(Boolean)
      .sort((a, b) => Math.abs(a[0] - at) - Math.abs(b[0] - at))[0];
    return found && Math.abs(found[0] - at) <= within ? found : null;
  }

  const api = { ticks, instants, range, points, pieces, gaps, nearest, HOUR, DAY };
  root.yiping = Object.assign(root.yiping || {}, { scale: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

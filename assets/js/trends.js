/* Small lines of the last 36 hours. A gap in the record is a gap in the line. */
(function (root) {
  "use strict";

  const { el, svg, text, show } = root.yiping.dom;
  const WIDTH = 240;
  const HEIGHT = 60;

  /* [[ms, value|null], …] → {path, last: [x, y]|null, peak} in a box WIDTH × HEIGHT. Pure. */
  function line(points) {
    const known = points.filter(([, value]) => typeof value === "number");
    if (known.length < 2) return { path: "", last: null, peak: null };
    const values = known.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [start, end] = [points[0][0], points[points.length - 1][0]];
    const x = (ms) => (WIDTH * (ms - start)) / (end - start || 1);
    const y = (value) => HEIGHT - 4 - ((HEIGHT - 8) * (value - low)) / (high - low || 1);
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
  function midnights(points, offsetMinutes) {
    if (points.length < 2) return [];
    const DAY = 86400000;
    const shift = offsetMinutes * 60000;
    const [start, end] = [points[0][0], points[points.length - 1][0]];
    const marks = [];
    for (let at = Math.ceil((start + shift) / DAY) * DAY - shift; at < end; at += DAY) {
      if (at > start) marks.push((at - start) / (end - start));
    }
    return marks;
  }

  function build(wall, node) {
    const signs = wall.stat.signs.filter((sign) => sign.wall_trend);
    const items = signs.map((sign) => {
      const path = svg("path", { class: "spark" });
      const nights = svg("path", { class: "night" });
      const box = { viewBox: "0 0 " + WIDTH + " " + HEIGHT, preserveAspectRatio: "none" };
      const picture = svg("svg", box);
      picture.setAttribute("aria-hidden", "true");
      picture.append(nights, path);
      const dot = el("i", "dot");
      const value = el("b", "figure");
      const peak = el("span", "peak");
      const chart = el("div", "chart", [picture, dot]);
      const head = el("p", "trend-head", [
        el("span", "what", wall.short(sign)),
        el("span", "now-value", [value, el("small", "unit", wall.unit(sign))]),
      ]);
      return { sign, node: el("li", "trend", [head, chart, peak]), path, nights, dot, value, peak };
    });
    node.replaceChildren(
      el("h3", "", wall.t("wall.trends")),
      el("ul", "trends", items.map((item) => item.node))
    );
    show(node, items.length > 0);
    return items;
  }

  function paint(wall, items, trends, readings) {
    const { number } = root.yiping.format;
    for (const item of items) {
      const points = trends[item.sign.code] || [];
      const drawn = line(points);
      item.path.setAttribute("d", drawn.path);
      const nights = midnights(points, wall.offset).map((share) => {
        const x = (share * WIDTH).toFixed(1);
        return "M" + x + " 0V" + HEIGHT;
      });
      item.nights.setAttribute("d", nights.join(""));
      show(item.dot, drawn.last !== null);
      if (drawn.last) {
        item.dot.style.insetInlineStart = 100 * drawn.last[0] + "%";
        item.dot.style.insetBlockStart = 100 * drawn.last[1] + "%";
      }
      const top = drawn.peak === null ? null : number(drawn.peak, item.sign.decimals, wall.scale);
      text(item.peak, top === null ? wall.t("wall.trends.none") : wall.t("wall.trends.peak", { value: top }));
      const reading = readings.get(item.sign.code);
      text(item.value, wall.value(item.sign, reading ? reading.value : null));
    }
  }

  const api = { build, paint, line, midnights };
  root.yiping = Object.assign(root.yiping || {}, { trends: api });
})(window);

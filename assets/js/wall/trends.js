/* Small lines of the last 36 hours. A gap in the record is a gap in the line. */
(function (root) {
  "use strict";

  const { el, svg, text, data, show } = root.yiping.dom;
  const { line, midnights, WIDTH, HEIGHT } = root.yiping.spark;

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
      show(dot, false);
      const value = el("b", "figure");
      const unit = el("small", "unit");
      const peak = el("span", "peak");
      const chart = el("div", "chart", [picture, dot]);
      const head = el("p", "trend-head", [
        el("span", "what", wall.short(sign)),
        el("span", "now-value", [value, unit]),
      ]);
      return { sign, node: el("li", "trend", [head, chart, peak]), path, nights, dot, value, unit, peak };
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
      const nights = midnights(points, wall.zone).map((share) => {
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
    }
    tick(wall, items, readings);
  }

  /* The figures grow old by themselves, as the cells do. */
  function tick(wall, items, readings) {
    for (const item of items) {
      const reading = readings.get(item.sign.code) || { value: null, observed_at: null };
      const seen = root.yiping.ageing.effective(reading, item.sign, wall.now());
      data(item.node, "freshness", seen.freshness);
      text(item.value, wall.value(item.sign, reading.value));
      text(item.unit, wall.unit(item.sign, reading.value));
    }
  }

  const api = { build, paint, tick };
  root.yiping = Object.assign(root.yiping || {}, { trends: api });
})(window);

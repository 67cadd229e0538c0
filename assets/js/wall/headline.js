/* Header, sentence, index and goals: is the city all right, and is the picture fresh? */
(function (root) {
  "use strict";

  const { el, text, data, show, mark, rows } = root.yiping.dom;

  function figure(label) {
    const value = el("b");
    return { node: el("span", "", [label + " ", value]), value };
  }

  function buildTop(wall, node) {
    const { t } = wall;
    const demo = el("span", "badge badge-demo", t("wall.demo"));
    const official = el("span", "official");
    const sources = el("span", "sources");
    const time = figure(t("wall.data_time"));
    const clock = el("span", "clock");
    const date = el("small", "date");
    const goals = wall.stat.goals.map((goal) => el("span", "", wall.name(goal)));
    const modeName = el("b", "", t("wall.mode.daily"));
    const mode = el("span", "badge badge-mode", [t("wall.mode") + " ", modeName]);
    node.replaceChildren(
      el("div", "brand", [
        el("h1", "", t("app.title", { city: wall.name(wall.stat) })),
        el("p", "", goals),
      ]),
      mode,
      official,
      demo,
      el("div", "vitals", [sources, time.node]),
      el("div", "now", [clock, date])
    );
    return { demo, official, sources, time: time.value, clock, date, mode: modeName };
  }

  /* Signs whose levels have names are official grades (a weather signal): their own badge. */
  function paintOfficial(wall, top, readings) {
    const graded = wall.stat.signs.filter((sign) => (wall.labels(sign) || []).length);
    const badges = [];
    for (const sign of graded) {
      const reading = readings.get(sign.code);
      if (!reading) continue;
      const seen = root.yiping.ageing.effective(reading, sign, wall.now());
      const missing = seen.freshness === "stale" || seen.freshness === "never";
      const level = Math.round(reading.value);
      if (!missing && !level) continue;
      const words = missing
        ? wall.t("wall.official.missing", { name: wall.short(sign) })
        : wall.short(sign) + " " + wall.value(sign, reading.value);
      badges.push([words, missing ? "none" : String(level)]);
    }
    const key = JSON.stringify(badges);
    if (top.officialKey === key) return;
    top.officialKey = key;
    top.official.replaceChildren(
      ...badges.map(([words, level]) => {
        const badge = el("span", "badge badge-official", words);
        badge.dataset.level = level;
        return badge;
      })
    );
  }

  function paintTop(wall, top, snapshot) {
    show(top.demo, Boolean(snapshot.demo));
    const count = snapshot.sources || {};
    const lost = (count.stale || 0) + (count.never || 0);
    const parts = [
      ["live", count.live || 0],
      ["late", count.late || 0],
      ["lost", lost],
    ];
    const nodes = rows(top.sources, parts.length, () => el("span", "", [el("b"), " "]));
    parts.forEach(([kind, n], i) => {
      text(nodes[i].firstChild, String(n));
      nodes[i].lastChild.nodeValue = " " + wall.t("wall.sources." + kind);
      data(nodes[i], "kind", n ? kind : "none");
    });
    top.dataTime = snapshot.data_time ? Date.parse(snapshot.data_time) : null;
    paintDataTime(wall, top, top.now || Date.parse(snapshot.as_of));
  }

  /* Again every second: at midnight what was of today is of yesterday. */
  function paintDataTime(wall, top, now) {
    const { stamp } = root.yiping.format;
    const at = top.dataTime;
    text(top.time, at === null ? wall.t("wall.data_time.none") : stamp(at, now, wall.zone, true));
  }

  function paintClock(wall, top, now) {
    const { clock } = root.yiping.format;
    text(top.clock, clock(now, wall.zone));
    top.now = now;
    if (top.dataTime !== undefined) paintDataTime(wall, top, now);
    const local = root.yiping.zone.local(now, wall.zone);
    const locale = wall.lang === "zh" ? "zh-CN" : "en-GB";
    const options = { timeZone: "UTC", month: "long", day: "numeric", weekday: "short" };
    const key = local.toISOString().slice(0, 10);
    if (top.dayKey === key) return;
    top.dayKey = key;
    text(top.date, local.toLocaleDateString(locale, options));
  }

  function buildIndex(wall, node) {
    const { t } = wall;
    const big = el("strong", "big", [el("span"), el("small")]);
    const sum = el("span", "sum");
    const low = el("p", "low");
    const hour = el("p", "caption hour");
    const goals = wall.stat.goals.map((goal) => {
      const bar = el("i");
      const value = el("strong", "figure");
      const row = el("li", "goal", [el("span", "", wall.name(goal)), el("span", "bar", [bar]), value]);
      return { code: goal.code, node: row, bar, value };
    });
    const list = el("ul", "deductions");
    const link = el("a", "", t("wall.index")); // all that was taken, and the course
    link.href = wall.lang === "zh" ? "/index" : "/index?lang=" + wall.lang;
    node.replaceChildren(
      el("div", "score", [el("p", "caption", [el("span", "", [link]), sum]), big, low]),
      el("div", "course", [hour, el("ul", "goals", goals.map((goal) => goal.node))]),
      el("div", "deduct", [el("p", "caption", t("wall.detractors")), list])
    );
    return { big, sum, low, hour, goals, list, names: 3 };
  }

  function paintDeduction(wall, block, snapshot) {
    const { number } = root.yiping.format;
    const known = typeof snapshot.index === "number";
    const list = known ? root.yiping.receipt.deduction(snapshot.detractors, snapshot.index, block.names) : [];
    const none = known && !list.length;
    const nodes = rows(block.list, none ? 1 : list.length, () =>
      el("li", "", [mark("unknown"), el("span", "what"), el("b", "figure")])
    );
    data(block.list, "none", none ? "1" : "0");
    if (none) list.push({ state: null, sign: undefined, points: 0 });
    list.forEach((one, i) => {
      const [shape, what, points] = nodes[i].children;
      data(shape, "state", one.state || "none");
      const rest = () => wall.t("wall.detractors.rest", { n: one.count });
      const name = one.sign ? wall.short(wall.sign.get(one.sign)) : rest();
      text(what, one.sign === undefined ? wall.t("wall.detractors.none") : name);
      text(points, one.points ? number(-one.points, 2) : "");
    });
  }

  function paintIndex(wall, block, snapshot) {
    const { number, signed } = root.yiping.format;
    const { t } = wall;
    const known = typeof snapshot.index === "number";
    const [whole, part] = number(snapshot.index, 2).split(".");
    text(block.big.firstChild, whole);
    text(block.big.lastChild, part ? "." + part : "");
    text(block.sum, known ? t("wall.index.sum", { points: number(100 - snapshot.index, 2) }) : "");
    data(block.big, "blind", root.yiping.board.blind(snapshot) ? "1" : "0");
    const gaps = snapshot.index_excluded;
    const low = t("wall.index.low", { low: number(snapshot.index_low, 1) });
    text(block.low, !known ? t("wall.index.none") : gaps ? low : t("wall.index.complete"));
    block.low.title = gaps ? t("wall.index.excluded", { n: gaps }) : "";
    const before = snapshot.index_hour_ago;
    const delta = known && typeof before === "number" ? snapshot.index - before : null;
    const same = delta !== null && Math.abs(delta) < 0.05;
    const key = delta === null ? "wall.hour.none" : same ? "wall.hour.same" : "wall.hour.up";
    text(block.hour, t(key, { delta: delta === null ? "" : signed(delta, 1) }));
    const goals = new Map(snapshot.goals.map((goal) => [goal.code, goal.index]));
    for (const goal of block.goals) {
      const value = goals.get(goal.code);
      text(goal.value, number(value, 1));
      goal.bar.style.inlineSize = (typeof value === "number" ? value : 0) + "%";
    }
    paintDeduction(wall, block, snapshot);
  }

  const api = { buildTop, paintTop, paintOfficial, paintClock, buildIndex, paintIndex };
  root.yiping = Object.assign(root.yiping || {}, { headline: api });
})(window);

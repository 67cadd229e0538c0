/* The wall: puts the pieces into the containers of pages/screen.py and keeps them true. */
(function (root) {
  "use strict";

  const { el, text, data, show } = root.yiping.dom;
  const COLUMNS = { wide: 4, tall: 4, dual: 5, triple: 7, stack: 3 }; // at most
  const LONG_COLUMNS = Object.assign({}, COLUMNS, { tall: 3 });
  const DETRACTORS = { wide: 3, tall: 3, dual: 4, triple: 4, stack: 3 };
  const KEPT_TIMES = 240;
  const BANNERS = {
    // title, text, text before there was any snapshot
    silent: ["wall.silent.title", "wall.silent.text", "wall.silent.before"],
    denied: ["wall.denied.title", "wall.denied.text", "wall.denied.text"],
  };

  /* What every piece asks: names, units, values and places in the wall's language. */
  function language(stat, lang) {
    const { format } = root.yiping;
    const t = format.translator(stat.labels[lang]);
    const index = (list) => new Map(list.map((item) => [item.code, item]));
    const pick = (item, key) => item[key + "_" + lang] || item[key + "_zh"] || "";
    const markBelow = lang !== "zh"; // Latin names need the whole line: see screen_arrange.css
    const words = markBelow ? "long" : "short"; // see profile.js
    const wall = { stat, lang, markBelow, words, t, zone: stat.zone, scale: t("number.scale") };
    Object.assign(wall, {
      sign: index(stat.signs),
      street: index(stat.streets),
      department: index(stat.departments),
      name: (item) => pick(item, "name"),
      short: (item) => item["short_" + lang] || pick(item, lang === "zh" ? "short" : "name"),
      labels: (sign) => sign["labels_" + lang],
      state: (state) => t("state." + state),
      unit: (sign, value) => {
        if ((wall.labels(sign) || []).length) return ""; // the name of a level says it all
        if (lang === "zh") return sign.unit;
        const alone = typeof value === "number" && Number(value.toFixed(sign.decimals)) === 1;
        return (alone && sign.unit_one_en) || sign.unit_en || sign.unit;
      },
    });
    wall.value = (sign, value) => {
      const names = wall.labels(sign) || [];
      const named = typeof value === "number" && names[Math.round(value)];
      return named || format.number(value, sign.decimals, wall.scale);
    };
    /* A line of a grade: one digit more where it is no round number of the sign's. */
    wall.edge = (sign, line) => {
      const whole = Math.abs(line - Number(line.toFixed(sign.decimals))) < 1e-9;
      const said = whole ? wall.value(sign, line) : format.number(line, sign.decimals + 1, wall.scale);
      return said.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    };
    /* "≥ 25", 已回落，未到解除线 23.75: what a row says of its threshold, "" when it says nothing. */
    wall.crossing = (sign, row, length, unit) => {
      const found = root.yiping.alerts.crossing(row);
      if (!found) return "";
      const held = found.key.startsWith("crossing.held.");
      const edge = (wall.edge(sign, found.line) + " " + (unit ? wall.unit(sign, found.line) : "")).trim();
      return t(found.key + (held && length ? "." + length : ""), { edge });
    };
    wall.valueUnit = (sign, value) => (wall.value(sign, value) + " " + wall.unit(sign, value)).trim();
    wall.place = (code, brief) => {
      const street = code && wall.street.get(code);
      if (!street) return t("wall.place.district");
      return brief ? wall.short(street) : wall.name(street);
    };
    wall.owner = (code) => {
      const owner = wall.department.get(code);
      return owner ? wall.short(owner) : "";
    };
    return wall;
  }

  function place(id) {
    return document.getElementById(id);
  }

  function buildBanner(wall, node) {
    const title = el("strong");
    const words = el("span");
    const demo = el("span", "badge badge-demo", wall.t("wall.demo")); // the header is covered
    node.replaceChildren(title, words, demo);
    show(node, false);
    return { node, title, words, demo };
  }

  /* Build every piece once into the containers of the page. */
  function mount(stat, lang) {
    const wall = language(stat, lang);
    wall.notice = stat.map["notice_" + lang] || "";
    wall.root = place("wall");
    wall.top = root.yiping.headline.buildTop(wall, place("wall-top"));
    wall.index = root.yiping.headline.buildIndex(wall, place("wall-index"));
    wall.panels = root.yiping.panels.build(wall, place("wall-left"), place("wall-right"));
    wall.board = root.yiping.board.build(wall, place("wall-alerts"));
    wall.trends = root.yiping.trends.build(wall, place("wall-trends"));
    wall.foot = root.yiping.health.buildFoot(wall, place("wall-map-foot"));
    wall.health = root.yiping.health.buildHealth(wall, place("wall-health"));
    wall.banner = buildBanner(wall, place("wall-banner"));
    wall.sentence = place("wall-sentence");
    text(wall.sentence, wall.t("wall.loading"));
    wall.readings = new Map();
    wall.spent = [];
    wall.sized = new ResizeObserver(() => {
      root.yiping.board.measure(wall.board);
      if (wall.snapshot) paintBoard(wall);
    });
    wall.sized.observe(wall.board.node);
    wall.root.addEventListener("animationend", (event) => event.target.classList.remove("pulse"));
    document.title = wall.t("app.title", { city: wall.name(stat) });
    return wall;
  }

  /* Size and arrangement from the window, or from the wall profile asked for; `sheet` is the room
     [width, height] of a page of paper. */
  function arrange(wall, wanted, sheet) {
    const below = root.innerHeight * (1 - (wall.reserved || 0)); // the bar of the replay
    const [width, height] = sheet || [root.innerWidth, below];
    const how = { wanted: sheet ? null : wanted, words: wall.words, paper: Boolean(sheet) };
    const fit = root.yiping.profile.fit(width, height, how);
    data(document.documentElement, "sheet", sheet ? "1" : "0");
    const { root: node } = wall;
    data(node, "arrangement", fit.arrangement);
    const tight = fit.narrow || (fit.arrangement === "wide" && wall.lang !== "zh"); // longer words
    data(node, "narrow", tight ? "1" : "0");
    document.documentElement.style.setProperty("--u", fit.unit + "px");
    const flowing = fit.arrangement === "stack";
    data(document.documentElement, "flow", flowing ? "1" : "0");
    node.style.inlineSize = flowing ? "" : fit.width + "px";
    node.style.blockSize = flowing ? "" : fit.height + "px";
    wall.board.flowing = flowing;
    wall.board.wraps = wall.markBelow;
    const most = wall.markBelow ? LONG_COLUMNS : COLUMNS;
    root.yiping.panels.arrange(wall, wall.panels, fit, most[fit.arrangement]);
    root.yiping.board.measure(wall.board);
    wall.index.names = DETRACTORS[fit.arrangement];
    if (wall.snapshot) {
      root.yiping.headline.paintIndex(wall, wall.index, wall.snapshot);
      root.yiping.panels.paint(wall, wall.panels, wall.now());
      if (sheet) paintBoard(wall); // no frame follows in which the observers would see to it
    }
    root.yiping.scene.arrange(wall);
    if (sheet) root.yiping.map.settleNow();
  }

  function paintBoard(wall) {
    wall.groups = root.yiping.board.paint(wall, wall.board, wall.snapshot);
    wall.counts = wall.board.sum;
  }

  function paintSentence(wall, now) {
    const { format, sentence } = root.yiping;
    const head = wall.groups && wall.groups.length ? wall.groups[0].head : null;
    const say = {
      t: wall.t,
      now,
      city: wall.name(wall.stat),
      state: (state) => wall.state(state).toLowerCase(),
      place: (code) => wall.place(code),
      sign: (code) => wall.short(wall.sign.get(code)),
      value: (code, value) => wall.valueUnit(wall.sign.get(code), value),
      owner: wall.owner,
      lasting: (ms) => format.words(ms, wall.t),
    };
    const words = sentence.build(root.yiping.panels.counts(wall.panels), wall.counts, head, say);
    if (wall.said === words) return;
    wall.said = words;
    const clauses = root.yiping.sentence.clauses(words);
    wall.sentence.replaceChildren(...clauses.map((clause) => el("span", "clause", clause)));
  }

  /* Paint a snapshot; `changed` names what a delta touched, null means all of it. */
  function apply(wall, snapshot, changed) {
    const began = performance.now();
    const { headline, health, panels, trends, scene } = root.yiping;
    const touched = (...keys) => !changed || keys.some((key) => changed.keys.includes(key));
    const moved = (list) => !changed || changed[list].size > 0;
    wall.snapshot = snapshot;
    const now = wall.now();
    if (moved("signs")) {
      wall.readings = new Map(snapshot.signs.map((reading) => [reading.code, reading]));
      panels.read(wall.panels, snapshot.signs, changed && changed.signs);
      panels.paint(wall, wall.panels, now);
      headline.paintOfficial(wall, wall.top, wall.readings);
    }
    if (touched("domains")) panels.paintHeads(wall, wall.panels, snapshot.domains);
    if (touched("data_time", "sources", "demo")) headline.paintTop(wall, wall.top, snapshot);
    if (touched("sources")) health.paintHealth(wall, wall.health, snapshot.sources);
    headline.paintIndex(wall, wall.index, snapshot);
    if (touched("alerts", "alert_counts") || moved("streets")) {
      paintBoard(wall);
    }
    if (moved("streets")) {
      scene.paintMap(wall);
      health.paintTally(wall, wall.foot.streets, wall.t("wall.streets"), snapshot.streets);
    }
    if (moved("areas")) health.paintAreas(wall, wall.foot.areas, snapshot.areas || []);
    if (touched("trends") || moved("signs")) {
      trends.paint(wall, wall.trends, snapshot.trends || {}, wall.readings);
    }
    scene.paint(wall);
    tick(wall);
    const page = document.documentElement;
    page.dataset.version = String(snapshot.version);
    page.dataset.ready = "1";
    account(wall, performance.now() - began, changed);
  }

  /* Times of the last applies, in ms, for benches and tests: a ring, never longer. */
  function account(wall, ms, changed) {
    const { stats } = root.yiping;
    if (changed) {
      stats.deltas += 1;
      wall.spent.push(ms);
      if (wall.spent.length > KEPT_TIMES) wall.spent.shift();
      stats.deltaMs = ms;
      stats.deltaMaxMs = Math.max(...wall.spent);
      stats.recent = wall.spent;
    } else {
      stats.snapshots += 1;
      stats.snapshotMs = ms;
      if (stats.paintedMs === null) stats.paintedMs = performance.now();
    }
  }

  /* Once a second: everything that time alone changes. */
  function tick(wall) {
    const now = wall.now();
    if (now === null || !wall.snapshot) return;
    root.yiping.panels.paint(wall, wall.panels, now);
    data(wall.index.big, "outgrown", wall.panels.outgrown ? "1" : "0");
    root.yiping.board.tick(wall, wall.board, now);
    root.yiping.headline.paintClock(wall, wall.top, now);
    root.yiping.headline.paintOfficial(wall, wall.top, wall.readings);
    root.yiping.trends.tick(wall, wall.trends, wall.readings);
    paintSentence(wall, now);
    root.yiping.scene.tick(wall);
  }

  /* When the newest of the line was true, `ageMs` before now. */
  function said(wall, asOf, ageMs) {
    return root.yiping.format.stamp(asOf, asOf + ageMs, wall.zone, true);
  }

  /* The watchdog's voice: the whole page says that it no longer shows the present. `snapshot` is
     the newest of the line, also while the wall shows another one. */
  function alarm(wall, kind, silentMs, snapshot) {
    const { banner, t } = wall;
    data(document.documentElement, "stream", kind || "live");
    show(banner.node, Boolean(kind));
    if (!kind) return;
    const { format } = root.yiping;
    const [title, words, before] = BANNERS[kind];
    const at = snapshot ? said(wall, Date.parse(snapshot.as_of), silentMs) : "";
    text(banner.title, t(title));
    text(banner.words, t(snapshot ? words : before, { time: at, age: format.age(silentMs, t) }));
    show(banner.demo, Boolean(snapshot && snapshot.demo));
  }

  const api = { mount, arrange, apply, tick, alarm };
  root.yiping = Object.assign(root.yiping || {}, { screen: api });
  root.yiping.stats = {
    deltas: 0,
    snapshots: 0,
    deltaMs: null,
    deltaMaxMs: null,
    snapshotMs: null,
    paintedMs: null,
    recent: [],
  };
})(window);

/* The scene of one domain: its signs large, each with its gauge, or its line where it has one. */
(function (root) {
  "use strict";

  const { el, svg, text, data, show, mark } = root.yiping.dom;
  const COLUMNS = { wide: [5, 4, 3], tall: [4, 3, 2], dual: [8, 6, 4], triple: [9, 6, 3], stack: [2] };
  const ROWS = { wide: 5, tall: 8, dual: 4, triple: 3, stack: 99 };

  function makeCard(wall, sign) {
    const pieces = root.yiping.scenePieces;
    const card = {
      sign,
      mark: mark("unknown"),
      word: el("span", "word"),
      value: el("b", "figure"),
      unit: el("small", "unit", wall.unit(sign)),
      age: el("span", "age"),
      gauge: pieces.makeGauge(wall),
      line: null,
      key: "",
    };
    const head = el("p", "scene-card-head", [el("span", "name", wall.short(sign)), card.mark, card.word]);
    const figures = el("p", "scene-card-value", [card.value, card.unit, card.age]);
    const parts = [head, figures];
    if (sign.wall_trend) {
      const { WIDTH, HEIGHT } = root.yiping.spark;
      const picture = svg("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, preserveAspectRatio: "none" });
      picture.setAttribute("aria-hidden", "true");
      card.line = svg("path", { class: "spark" });
      picture.append(card.line);
      parts.push(el("div", "scene-card-line", [picture]));
    }
    parts.push(card.gauge.node);
    card.node = pieces.opens(el("li", "scene-card", parts), "sign:" + sign.code);
    card.node.title = wall.name(sign);
    return card;
  }

  /* As few columns as let every card have its height; an even number beside a seam. */
  function columns(wall, size) {
    const kind = wall.root.dataset.arrangement;
    const steps = COLUMNS[kind].slice().reverse();
    return steps.find((count) => Math.ceil(size / count) <= ROWS[kind]) || COLUMNS[kind][0];
  }

  function build(wall, node, code) {
    const domain = wall.stat.domains.find((one) => one.code === code);
    const signs = wall.stat.signs.filter((sign) => sign.domain === code);
    const cards = signs.map((sign) => makeCard(wall, sign));
    const index = el("strong", "figure");
    const counts = el("span", "counts");
    const grid = el("ul", "scene-cards", cards.map((card) => card.node));
    node.replaceChildren(el("header", "scene-head", [el("h2", "", wall.name(domain)), counts, index]), grid);
    const scene = { cards, index, counts, grid, code };
    scene.arrange = () => grid.style.setProperty("--cards", String(columns(wall, signs.length)));
    scene.paint = () => paint(wall, scene);
    scene.tick = (now) => tick(wall, scene, now);
    scene.arrange();
    return scene;
  }

  function paint(wall, scene) {
    const domain = wall.snapshot.domains.find((one) => one.code === scene.code);
    text(scene.index, root.yiping.format.number(domain ? domain.index : null, 1));
    const { trends } = wall.snapshot;
    for (const card of scene.cards) {
      if (!card.line) continue;
      const drawn = root.yiping.spark.line((trends || {})[card.sign.code] || []);
      card.line.setAttribute("d", drawn.path);
    }
  }

  function tick(wall, scene, now) {
    const sum = {};
    for (const card of scene.cards) {
      const seen = paintCard(wall, card, now);
      const kind = seen.freshness === "stale" ? "stale" : seen.state;
      sum[kind] = (sum[kind] || 0) + 1;
    }
    paintCounts(wall, scene, sum);
  }

  function paintCard(wall, card, now) {
    const reading = wall.readings.get(card.sign.code) || { value: null, observed_at: null, freshness: "never", state: "unknown" };
    const seen = root.yiping.ageing.effective(reading, card.sign, now);
    const value = wall.value(card.sign, reading.value);
    const age = root.yiping.panels.ageText(wall, { reading, sign: card.sign }, seen, now);
    const key = [seen.state, seen.freshness, value, age].join("|");
    if (card.key === key) return seen;
    card.key = key;
    const known = seen.state !== "unknown";
    data(card.node, "state", seen.state);
    data(card.node, "freshness", seen.freshness);
    data(card.mark, "state", seen.state);
    text(card.word, known || seen.freshness === "live" ? wall.state(seen.state) : wall.t("freshness." + seen.freshness));
    text(card.value, value);
    text(card.unit, wall.unit(card.sign, reading.value));
    text(card.age, age);
    show(card.unit, seen.freshness !== "never");
    root.yiping.scenePieces.paintGauge(card.gauge, card.sign, reading.value, known);
    card.node.setAttribute("aria-label", [wall.name(card.sign), value + " " + card.unit.textContent, card.word.textContent, age].filter(Boolean).join(", "));
    return seen;
  }

  function paintCounts(wall, scene, sum) {
    const key = JSON.stringify(sum);
    if (scene.sum === key) return;
    scene.sum = key;
    const kinds = ["alarm", "warning", "attention", "normal", "stale", "unknown"].filter((kind) => sum[kind]);
    scene.counts.replaceChildren(
      ...kinds.map((kind) => {
        const graded = ["alarm", "warning", "attention"].includes(kind);
        const word = graded ? wall.state(kind) : wall.t("wall.count." + kind);
        const shape = graded ? [mark(kind)] : [];
        return el("span", "chip chip-" + kind, [...shape, el("b", "", String(sum[kind])), " " + word]);
      })
    );
  }

  root.yiping = Object.assign(root.yiping || {}, { sceneDomain: { build } });
})(window);

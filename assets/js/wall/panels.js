/* The six panels: every sign of the catalogue in its fixed place. */
(function (root) {
  "use strict";

  const { el, text, data, mark, width } = root.yiping.dom;
  const FRAME_UNITS = 120; // header, gaps and padding of the wall
  const HEAD_UNITS = 46; // head of a panel with the gap below the panel
  const CLOSEST_EMS = 0.05; // letters of a value and its unit come no nearer than this
  const ROW_UNITS = { wide: 50, tall: 47, dual: 60, triple: 84, stack: 58 }; // lowest row for two lines
  const TALL_SHARE = { short: 0.515, long: 0.565 }; // of an upright wall's height: what its panels take
  const ROOMY_UNITS = 84; // from here on larger type
  const STATES = ["alarm", "warning", "attention"];

  function makeCell(wall, sign) {
    const cell = el("li", "cell");
    cell.id = "sign-" + sign.code;
    cell.dataset.opens = "sign:" + sign.code;
    cell.title = wall.name(sign);
    const parts = {
      name: el("b", "name", wall.short(sign)),
      mark: mark("unknown"),
      value: el("span", "value"),
      unit: el("small", "unit", wall.unit(sign)),
      age: el("span", "age"),
    };
    const line = el("span", "line", [parts.value, parts.unit, parts.age]);
    cell.append(parts.name, parts.mark, line);
    return Object.assign(parts, { node: cell, sign, reading: null, was: null });
  }

  function makePanel(wall, domain, signs) {
    const panel = el("section", "panel");
    panel.dataset.domain = domain.code;
    const counts = el("span", "counts");
    const index = el("strong", "figure");
    const list = el("ul", "cells");
    const cells = signs.map((sign) => makeCell(wall, sign));
    list.append(...cells.map((cell) => cell.node));
    panel.append(el("header", "head", [el("h2", "", wall.name(domain)), counts, index]), list);
    return { node: panel, code: domain.code, counts, index, cells, size: signs.length };
  }

  /* The panels in catalogue order, the first half left, the second half right. */
  function build(wall, left, right) {
    const panels = wall.stat.domains
      .map((domain) => [domain, wall.stat.signs.filter((sign) => sign.domain === domain.code)])
      .filter(([, signs]) => signs.length)
      .map(([domain, signs]) => makePanel(wall, domain, signs));
    const half = Math.ceil(panels.length / 2);
    left.replaceChildren(...panels.slice(0, half).map((panel) => panel.node));
    right.replaceChildren(...panels.slice(half).map((panel) => panel.node));
    const cells = new Map();
    for (const panel of panels) for (const cell of panel.cells) cells.set(cell.sign.code, cell);
    return { panels, cells };
  }

  /* [streets that report, streets that ever did] where some have fallen silent, else null. */
  function partial(reading) {
    const [alive, known] = reading.reporting || [0, 0];
    return alive < known ? [alive, known] : null;
  }

  function ageText(wall, cell, seen, now) {
    const { brief, age } = root.yiping.format;
    if (seen.freshness === "late") return age(now - seen.observedMs, wall.t);
    if (seen.freshness === "stale") {
      return wall.t("wall.cell.stale", { time: brief(seen.observedMs, now, wall.zone) });
    }
    if (seen.freshness === "never") return wall.t("wall.cell.never");
    const lacking = partial(cell.reading);
    if (lacking) return lacking.join("/");
    return seen.state === "unknown" ? wall.t("wall.cell.unknown") : "";
  }

  function say(wall, cell, seen, value, age) {
    const words = [wall.name(cell.sign), value + " " + cell.unit.textContent];
    if (seen.freshness === "live" || seen.freshness === "late") words.push(wall.state(seen.state));
    if (seen.freshness !== "live") words.push(wall.t("freshness." + seen.freshness), age);
    const lacking = partial(cell.reading);
    if (lacking) words.push(wall.t("wall.cell.partial", { alive: lacking[0], known: lacking[1] }));
    cell.node.setAttribute("aria-label", words.join(", "));
  }

  /* What does not fit gives way without being cut: letters move a little closer; where that is
     not enough the unit disappears beside a value and its mark or age. Widths come from the
     canvas, the page is not measured. */
  function fitIn(wall, cell, seen, value, age) {
    const { room, gap, name, strong, plain, small, markWide } = wall.cellFonts;
    const stale = seen.freshness === "stale";
    const bare = stale || seen.freshness === "never"; // no unit, no mark
    const lifted = stale && !wall.markBelow; // the value stands beside the name
    const marked = bare || seen.state === "normal" ? 0 : markWide;
    const clock = seen.freshness === "late" ? markWide : 0;
    const unit = bare ? "" : cell.unit.textContent;
    const parts = [
      lifted ? 0 : width(value, seen.state === "normal" ? plain : strong) + gap,
      width(unit, small),
      age ? width(age, small) + gap + clock : 0,
      wall.markBelow ? marked : 0,
    ];
    const over = parts.reduce((sum, part) => sum + part) - room;
    const letters = value.length + unit.length + age.length;
    const line = squeeze(over, letters, CLOSEST_EMS * markWide);
    data(cell.node, "tight", line === null ? "1" : "0");
    spread(cell.value.parentNode, line || "");
    const words = cell.name.textContent;
    const taken = lifted ? width(value, small) + 2 * gap : wall.markBelow ? 0 : marked;
    spread(cell.name, squeeze(width(words, name) - room + taken, words.length, Infinity));
  }

  /* Letter spacing that takes `over` px out of a text; null when that would be too close. */
  function squeeze(over, letters, most) {
    if (over <= 0) return "";
    const each = over / letters;
    return each > most ? null : (-each).toFixed(2) + "px";
  }

  function spread(node, spacing) {
    if (node.style.letterSpacing !== spacing) node.style.letterSpacing = spacing;
  }

  /* Paint one cell as it stands at `now`; true when its state or freshness changed. */
  function paintCell(wall, cell, now) {
    const seen = root.yiping.ageing.effective(cell.reading, cell.sign, now);
    const value = wall.value(cell.sign, cell.reading.value);
    const age = ageText(wall, cell, seen, now);
    const key = [seen.state, seen.freshness, value, age].join("|");
    if (cell.was && cell.was.key === key) return false;
    text(cell.value, value);
    text(cell.unit, wall.unit(cell.sign, cell.reading.value));
    text(cell.age, age);
    data(cell.node, "state", seen.state);
    data(cell.node, "freshness", seen.freshness);
    data(cell.mark, "state", seen.state);
    fitIn(wall, cell, seen, value, age);
    say(wall, cell, seen, value, age);
    const turned =
      !cell.was || cell.was.state !== seen.state || cell.was.freshness !== seen.freshness;
    if (cell.was && cell.was.state !== seen.state) cell.node.classList.add("pulse");
    cell.was = { key, state: seen.state, freshness: seen.freshness };
    return turned;
  }

  function chip(kind, count, word) {
    const node = el("span", "chip chip-" + kind);
    if (STATES.includes(kind)) node.append(mark(kind), el("b", "", String(count)));
    else node.append(el("b", "", String(count)), " " + word);
    node.title = word;
    return node;
  }

  function shown(panel) {
    return panel.cells.map((cell) => cell.was).filter(Boolean);
  }

  /* What every panel counts, from what its cells show: the sentence counts the same. */
  function counts(board) {
    return board.panels.map((panel) => root.yiping.ageing.tally(shown(panel)));
  }

  /* The counts of a panel, from what its cells show: the states, then stale and never apart. */
  function recount(wall, panel) {
    const sum = root.yiping.ageing.tally(shown(panel));
    const key = JSON.stringify(sum);
    if (panel.was === key) return;
    sum.unknown -= sum.stale;
    panel.was = key;
    const chips = STATES.filter((state) => sum[state]).map((state) =>
      chip(state, sum[state], wall.state(state))
    );
    for (const kind of ["normal", "stale", "unknown", "late"]) {
      if (sum[kind]) chips.push(chip(kind, sum[kind], wall.t("wall.count." + kind)));
    }
    panel.counts.replaceChildren(...chips);
  }

  function paintHeads(wall, board, domains) {
    const index = new Map(domains.map((domain) => [domain.code, domain.index]));
    for (const panel of board.panels) {
      text(panel.index, root.yiping.format.number(index.get(panel.code), 1));
    }
  }

  /* Take in the readings of `codes` (all when null). */
  function read(board, readings, codes) {
    for (const reading of readings) {
      const cell = board.cells.get(reading.code);
      if (cell && (!codes || codes.has(reading.code) || !cell.reading)) cell.reading = reading;
    }
  }

  /* Paint what changed and what grew older; counts follow only where a cell turned. */
  function paint(wall, board, now) {
    for (const panel of board.panels) {
      let turned = false;
      for (const cell of panel.cells) {
        if (cell.reading && paintCell(wall, cell, now)) turned = true;
      }
      if (turned) recount(wall, panel);
      // an index is the engine's: it is greyed when a cell has aged since, not made up here
      panel.outgrown = root.yiping.ageing.outgrown(panel.cells);
      data(panel.index, "outgrown", panel.outgrown ? "1" : "0");
    }
    board.outgrown = board.panels.some((panel) => panel.outgrown);
  }

  /* Columns, and rows per panel so that the height is shared out by rows; then the room of a
     cell. `fit` as from profile.fit, `most` the columns of the arrangement. */
  function arrange(wall, board, fit, most) {
    const half = Math.ceil(board.panels.length / 2);
    const sizes = board.panels.map((panel) => panel.size);
    const sides = [sizes.slice(0, half), sizes.slice(half)];
    const upright = fit.arrangement === "tall";
    const share = upright ? TALL_SHARE[wall.words] : 1;
    wall.root.style.setProperty("--side", upright ? (share * fit.height).toFixed(1) + "px" : "");
    const height = (share * fit.height) / fit.unit - (upright ? 0 : FRAME_UNITS);
    const flowing = fit.arrangement === "stack";
    const least = ROW_UNITS[fit.arrangement];
    const { columns, row } = root.yiping.profile.columns(sides, most, height, HEAD_UNITS, least);
    const chosen = flowing ? most : columns;
    wall.root.style.setProperty("--cols", String(chosen));
    data(wall.root, "roomy", !flowing && row > ROOMY_UNITS && chosen < most ? "1" : "0");
    for (const panel of board.panels) {
      panel.node.style.setProperty("--rows", String(Math.ceil(panel.size / chosen)));
      for (const cell of panel.cells) if (cell.was) cell.was.key = "";
    }
    const first = board.panels.length ? board.panels[0].cells[0] : null;
    if (first) wall.cellFonts = fonts(first);
  }

  /* The fonts of a cell and its room, in px, read once for all of them. */
  function fonts(cell) {
    const of = (node) => getComputedStyle(node);
    const font = (node, weight) =>
      [weight, of(node).fontSize, of(node).fontFamily].join(" ");
    const box = of(cell.node);
    const padding = parseFloat(box.paddingInlineStart) + parseFloat(box.paddingInlineEnd);
    const small = parseFloat(of(cell.unit).fontSize);
    return {
      room: cell.node.clientWidth - padding - 1,
      gap: 0.25 * small,
      markWide: parseFloat(of(cell.mark).fontSize),
      name: font(cell.name, 400),
      plain: font(cell.value, 500),
      strong: font(cell.value, 700),
      small: font(cell.unit, 400),
    };
  }

  const api = { build, read, paint, paintHeads, counts, arrange, ageText };
  root.yiping = Object.assign(root.yiping || {}, { panels: api });
})(window);

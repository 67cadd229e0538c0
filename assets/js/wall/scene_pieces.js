/* The pieces that the large scenes are made of: gauge, day line, rows of alerts and streets. */
(function (root) {
  "use strict";

  const { el, svg, text, data, show, mark, rows } = root.yiping.dom;

  /* Something that Enter opens: a row or a card that the Tab key reaches. */
  function opens(node, scene) {
    node.tabIndex = 0;
    node.setAttribute("role", "link");
    data(node, "opens", scene);
    return node;
  }

  function makeGauge(wall) {
    const needle = el("i", "scene-needle");
    const notches = root.yiping.sceneParts.GRADES.map((grade) => {
      const notch = el("span", "scene-notch", [el("i"), el("small", "", wall.t("wall.notch." + grade))]);
      data(notch, "state", grade);
      return notch;
    });
    const node = el("div", "scene-gauge", [el("span", "scene-line"), ...notches, needle]);
    node.setAttribute("aria-hidden", "true");
    return { node, needle, notches };
  }

  function paintGauge(gauge, sign, value, usable) {
    const found = root.yiping.sceneParts.gauge(sign, usable ? value : null);
    const at = new Map(found.notches.map((notch) => [notch.grade, notch.at]));
    root.yiping.sceneParts.GRADES.forEach((grade, n) => {
      show(gauge.notches[n], at.has(grade));
      if (at.has(grade)) gauge.notches[n].style.insetInlineStart = 100 * at.get(grade) + "%";
    });
    show(gauge.node, found.notches.length > 0);
    show(gauge.needle, found.at !== null);
    if (found.at !== null) gauge.needle.style.insetInlineStart = (100 * found.at).toFixed(1) + "%";
  }

  /* "≥ 25 cm", "≤ 0.16 MPa": an edge as a rule to read. */
  function rule(wall, sign, grade) {
    const [low, high] = sign[grade];
    const said = (edge) => (wall.edge(sign, edge) + " " + wall.unit(sign, edge)).trim();
    const parts = [];
    if (typeof low === "number") parts.push("≤ " + said(low));
    if (typeof high === "number") parts.push("≥ " + said(high));
    return parts.join(" / ");
  }

  function makeDay(wall) {
    const { WIDTH, HEIGHT } = root.yiping.sceneParts;
    const picture = svg("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, preserveAspectRatio: "none" });
    const path = svg("path", { class: "spark" });
    const nights = svg("path", { class: "night" });
    picture.setAttribute("aria-hidden", "true");
    picture.append(nights, path);
    const dot = el("i", "dot");
    const lines = el("div", "scene-edges");
    const axis = el("p", "scene-axis", [el("span"), el("span"), el("span")]);
    const chart = el("div", "chart", [picture, lines, dot]);
    const title = el("p", "caption", [el("span", "", wall.t("wall.scene.day")), el("span")]);
    return { node: el("div", "scene-day", [title, chart, axis]), path, nights, dot, lines, axis, title };
  }

  function paintDay(wall, day, sign, points) {
    const { WIDTH, HEIGHT } = root.yiping.sceneParts;
    const drawn = root.yiping.sceneParts.day(points, sign);
    day.path.setAttribute("d", drawn.path);
    show(day.dot, drawn.dot !== null);
    if (drawn.dot) {
      day.dot.style.insetInlineStart = 100 * drawn.dot[0] + "%";
      day.dot.style.insetBlockStart = 100 * drawn.dot[1] + "%";
    }
    const nights = root.yiping.spark.midnights(points, wall.zone);
    const d = nights.map((share) => "M" + (share * WIDTH).toFixed(1) + " 0V" + HEIGHT).join("");
    day.nights.setAttribute("d", d);
    const nodes = rows(day.lines, drawn.lines.length, () => el("span", "scene-edge"));
    drawn.lines.forEach((line, n) => {
      data(nodes[n], "state", line.grade);
      nodes[n].style.insetBlockStart = (100 * line.at).toFixed(1) + "%";
    });
    const { clock, number } = root.yiping.format;
    const marks = points.length ? [points[0][0], points[points.length >> 1][0]] : [];
    text(day.axis.children[0], marks.length ? clock(marks[0], wall.zone) : "");
    text(day.axis.children[1], marks.length ? clock(marks[1], wall.zone) : "");
    text(day.axis.children[2], points.length ? wall.t("wall.scene.now") : "");
    const say = (value) => number(value, sign.decimals, wall.scale);
    const span = { low: say(drawn.low), high: say(drawn.high) };
    const known = drawn.low !== null;
    text(day.title.lastChild, wall.t(known ? "wall.scene.span" : "wall.trends.none", span));
  }

  function makeRow() {
    const cells = [mark("unknown"), el("b", "what"), el("span", "where"), el("span", "value"), el("span", "owner"), el("time", "lasting")];
    const node = el("li", "scene-alert", cells);
    node.parts = cells;
    return node;
  }

  /* The alerts of a picture, one a sign; `count` of them. */
  function paintAlerts(wall, list, groups, count) {
    const shown = groups.slice(0, count);
    const nodes = rows(list, shown.length, makeRow);
    shown.forEach(({ head, places }, n) => {
      const [shape, what, where, value, owner, lasting] = nodes[n].parts;
      const sign = wall.sign.get(head.sign);
      opens(nodes[n], "sign:" + head.sign);
      data(nodes[n], "state", head.state);
      data(shape, "state", head.state);
      text(what, wall.short(sign));
      const more = head.street && places > 1 ? " " + wall.t("wall.alerts.places", { n: places - 1 }) : "";
      text(where, wall.place(head.street, true) + more);
      text(value, wall.valueUnit(sign, head.value));
      text(owner, wall.owner(head.department));
      lasting.dataset.since = head.since ? String(Date.parse(head.since)) : "";
    });
  }

  function tickAlerts(wall, list, now) {
    for (const node of list.children) {
      const since = node.parts[5].dataset.since;
      text(node.parts[5], since ? root.yiping.format.lasting(now - Number(since), wall.t) : "");
    }
  }

  const api = { opens, makeGauge, paintGauge, rule, makeDay, paintDay, paintAlerts, tickAlerts };
  root.yiping = Object.assign(root.yiping || {}, { scenePieces: api });
})(window);

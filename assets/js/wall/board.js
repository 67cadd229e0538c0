/* What needs somebody: the alerts, one entry a sign; what room is left goes to the streets
   with the lowest index, so that the column is never empty on a calm day. */
(function (root) {
  "use strict";

  const { el, text, data, show, mark, rows, width } = root.yiping.dom;
  const FEW_STREETS = 6;
  const HEAD_UNITS = 40;
  const HEADING_UNITS = 48;
  const TRIM_EMS = 2.4; // room for the line that counts what is not shown
  const FONT_SLACK = 1.04; // the names of signs are a little larger than the rest

  /* Two lines of fixed height in Chinese; Latin words take the lines that they need. */
  function makeAlert(wraps) {
    const parts = {
      shape: mark("unknown"),
      what: el("b", "what"),
      place: el("span"),
      several: el("small"),
      lasting: el("time", "lasting"),
      value: el("span", "value", [el("span"), " ", el("span")]),
      owner: el("span", "owner"),
    };
    const where = el("span", "where", [parts.place, parts.several]);
    const lines = wraps
      ? [[parts.what, parts.lasting], [where, parts.value, parts.owner]]
      : [[parts.what, where, parts.lasting], [parts.value, parts.owner]];
    const node = el("li", "alert", [parts.shape, ...lines.map((line) => el("p", "line", line))]);
    node.parts = parts;
    return node;
  }

  function makeStreet() {
    return el("li", "ranked", [mark("unknown"), el("span", "where"), el("span", "what"), el("b", "figure")]);
  }

  function build(wall, node) {
    const counts = el("span", "counts");
    const list = el("ul", "alerts");
    const more = el("p", "more");
    const streets = el("ul", "lowest");
    const heading = el("h3", "", wall.t("wall.streets.index"));
    const alertsHead = el("header", "head", [
      el("h2", "", wall.t("wall.alerts")),
      counts,
      el("span", "note", wall.t("wall.alerts.lasting")),
    ]);
    node.replaceChildren(alertsHead, list, more, heading, streets);
    show(heading, false);
    return { node, alertsHead, counts, list, more, heading, streets, groups: [] };
  }

  /* The room and the fonts, read once a change of size: painting never waits for a layout. */
  function measure(block) {
    const style = getComputedStyle(block.node);
    const size = parseFloat(style.fontSize);
    const units = (name) => parseFloat(style.getPropertyValue(name));
    const unit = units("--u");
    block.box = {
      size,
      font: "600 " + size * FONT_SLACK + "px " + style.fontFamily,
      width: block.node.clientWidth,
      height: block.node.clientHeight / unit,
      alert: units("--alert-units"),
      ranked: units("--ranked-units"),
    };
  }

  /* Whether texts (or the texts of nodes) and `ems` of space fit a line of the board. */
  function fits(block, texts, ems) {
    const { size, font, width: room } = block.box;
    const words = texts.map((one) => (typeof one === "string" ? one : one.textContent));
    return words.reduce((sum, one) => sum + width(one, font), ems * size) <= room;
  }

  /* The value and what it has crossed, the fullest wording first. */
  function sayings(wall, sign, head) {
    const numbers = [wall.valueUnit(sign, head.value), wall.value(sign, head.value)];
    const rules = ["", "brief", "briefest"].map((length) => wall.crossing(sign, head, length));
    return Array.from(new Set(rules)).flatMap((rule) => numbers.map((one) => [one, rule]));
  }

  function paintAlert(wall, block, node, group) {
    const { shape, what, place, several, lasting, value, owner } = node.parts;
    const { head, places } = group;
    const sign = wall.sign.get(head.sign);
    data(node, "state", head.state);
    data(node, "opens", "sign:" + head.sign);
    data(shape, "state", head.state);
    text(what, wall.short(sign));
    text(place, wall.place(head.street, true));
    const more = head.street && places > 1 ? wall.t("wall.alerts.places", { n: places - 1 }) : "";
    const roomy = block.wraps || fits(block, [what, place, "8:88:88", more], 3.6);
    text(several, roomy ? more : "");
    text(owner, wall.owner(head.department));
    const said = sayings(wall, sign, head);
    const chosen = said.find((one) => block.wraps || fits(block, [...one, owner], 2.3)) || said[said.length - 1];
    chosen.forEach((one, n) => text(value.children[n], one));
    lasting.dataset.since = head.since ? String(Date.parse(head.since)) : "";
  }

  function paintStreet(wall, block, node, street) {
    const [shape, where, what, index] = node.children;
    data(shape, "state", street.state);
    text(where, wall.place(street.code, true));
    const sign = street.sign && street.state !== "normal" ? wall.sign.get(street.sign) : null;
    const cause = sign ? wall.short(sign) : "";
    text(what, fits(block, [where, cause], 5.4) ? cause : ""); // mark, gaps and index
    text(index, root.yiping.format.number(street.index, 1));
  }

  /* How many rows of each fit the column: alerts first, streets in what is left. Units. */
  function share(block, alerts) {
    if (block.flowing) return { alerts: Math.min(alerts, 12), streets: 5 };
    const { height, alert, ranked } = block.box;
    const room = height - HEAD_UNITS;
    let shown = Math.min(alerts, Math.floor(room / alert));
    if (shown < alerts) shown = Math.floor((room - ranked) / alert);
    const left = room - Math.max(shown, 1) * alert - (shown < alerts ? ranked : 0) - HEADING_UNITS;
    return { alerts: Math.max(shown, 0), streets: Math.max(0, Math.floor(left / ranked)) };
  }

  function paintCounts(wall, block, counts) {
    const kinds = ["alarm", "warning", "attention"].filter((state) => counts[state]);
    const nodes = rows(block.counts, kinds.length, () => el("span", "chip", [mark("none"), el("b")]));
    kinds.forEach((state, i) => {
      nodes[i].className = "chip chip-" + state;
      nodes[i].title = wall.state(state);
      data(nodes[i].firstChild, "state", state);
      text(nodes[i].lastChild, String(counts[state]));
    });
  }

  /* Rows of varying height: drop the last ones until the rest and the closing line fit. */
  function trim(block) {
    const { list, node } = block;
    const end = node.getBoundingClientRect().bottom - TRIM_EMS * parseFloat(getComputedStyle(node).fontSize);
    while (list.lastElementChild && list.lastElementChild.getBoundingClientRect().bottom > end) {
      list.lastElementChild.remove();
    }
  }

  /* More signs without data than with: silence is no good news then. */
  function blind(snapshot) {
    return 2 * snapshot.index_excluded > snapshot.signs.length;
  }

  function paint(wall, block, snapshot) {
    const groups = root.yiping.alerts.bySign(snapshot.alerts).filter((group) =>
      wall.sign.has(group.sign)
    );
    const room = share(block, groups.length);
    const shown = groups.slice(0, room.alerts);
    const nodes = rows(block.list, shown.length, () => makeAlert(block.wraps));
    shown.forEach((group, i) => paintAlert(wall, block, nodes[i], group));
    tick(wall, block, wall.now()); // the clocks too take room
    if (block.wraps && !block.flowing) trim(block);
    const hidden = groups.length - block.list.children.length;
    const quiet = blind(snapshot) ? "wall.alerts.blind" : "wall.alerts.none";
    show(block.more, hidden > 0 || !groups.length);
    text(block.more, groups.length ? wall.t("wall.alerts.more", { n: hidden }) : wall.t(quiet));
    block.sum = root.yiping.alerts.count(groups, snapshot.signs);
    paintCounts(wall, block, block.sum);
    const lowest = root.yiping.alerts.lowest(snapshot.streets, room.streets, FEW_STREETS);
    show(block.heading, lowest.length > 0);
    const ranked = rows(block.streets, lowest.length, makeStreet);
    lowest.forEach((street, i) => paintStreet(wall, block, ranked[i], street));
    return groups;
  }

  /* The running clocks. */
  function tick(wall, block, now) {
    for (const node of block.list.children) {
      const time = node.parts.lasting;
      const since = time.dataset.since;
      text(time, since ? root.yiping.format.lasting(now - Number(since), wall.t) : "");
    }
  }

  const api = { build, measure, paint, tick, blind };
  root.yiping = Object.assign(root.yiping || {}, { board: api });
})(window);

/* How whole the picture is: streets and areas counted by state, sources by freshness. */
(function (root) {
  "use strict";

  const { el, text, data, show, mark, rows } = root.yiping.dom;

  function buildFoot(wall, node) {
    const streets = el("p", "tally");
    const areas = el("p", "tally");
    const notice = el("p", "notice", wall.notice);
    node.replaceChildren(streets, areas, notice);
    return { streets, areas };
  }

  function buildHealth(wall, node) {
    const bar = el("div", "health-bar");
    const words = el("p", "health-words");
    const link = el("a", "", wall.t("wall.sources"));
    link.href = wall.lang === "zh" ? "/sources" : "/sources?lang=" + wall.lang;
    node.replaceChildren(el("h3", "", [link]), words, bar);
    return { bar, words };
  }

  function paintHealth(wall, block, sources) {
    const kinds = ["live", "late", "stale", "never"];
    const bars = rows(block.bar, kinds.length, () => el("i"));
    const broken = ["undigested", "disagree"].filter((kind) => sources && sources[kind]); // said only when it is so
    const told = kinds.concat(broken);
    const words = rows(block.words, told.length, () => el("span", "", [el("b"), el("small")]));
    told.forEach((kind, i) => {
      const count = (sources && sources[kind]) || 0;
      if (bars[i]) {
        data(bars[i], "kind", kind);
        bars[i].style.flexGrow = String(count);
        show(bars[i], count > 0);
      }
      data(words[i], "kind", count ? kind : "none");
      text(words[i].firstChild, String(count));
      text(words[i].lastChild, " " + wall.t("wall.sources." + kind));
    });
  }

  function paintTally(wall, node, heading, places) {
    const sum = {};
    for (const { state } of places) sum[state] = (sum[state] || 0) + 1;
    const kinds = ["normal", "attention", "warning", "alarm", "unknown"].filter((kind) => sum[kind]);
    const nodes = rows(node, kinds.length + 1, () => el("span", "chip", [mark("none"), el("b"), el("small")]));
    nodes[0].className = "tally-head";
    nodes[0].textContent = heading + " " + places.length;
    kinds.forEach((kind, i) => {
      const [shape, count, word] = nodes[i + 1].children;
      data(shape, "state", kind);
      text(count, String(sum[kind]));
      text(word, " " + wall.state(kind));
    });
  }

  function paintAreas(wall, node, areas) {
    show(node, areas.length > 0);
    const nodes = rows(node, areas.length + 1, () => el("span", "chip", [mark("none"), el("b")]));
    nodes[0].className = "tally-head";
    nodes[0].textContent = wall.t("wall.areas");
    areas.forEach((area, i) => {
      data(nodes[i + 1].firstChild, "state", area.state);
      text(nodes[i + 1].lastChild, wall.place(area.code, true));
    });
  }

  const api = { buildFoot, buildHealth, paintHealth, paintTally, paintAreas };
  root.yiping = Object.assign(root.yiping || {}, { health: api });
})(window);

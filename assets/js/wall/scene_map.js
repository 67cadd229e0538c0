/* The scene of the map: the district large, what needs somebody, and every street by name. */
(function (root) {
  "use strict";

  const { el, text, data, mark, rows } = root.yiping.dom;
  const ALERTS = { wide: 4, tall: 4, dual: 11, triple: 11, stack: 6 };

  function makeStreet() {
    return el("li", "scene-street", [mark("unknown"), el("span", "where"), el("span", "what"), el("b", "figure")]);
  }

  function build(wall, node) {
    const said = el("p", "scene-said", wall.said || "");
    const slot = el("div", "scene-map");
    const tally = el("p", "tally");
    const areas = el("p", "tally");
    const foot = el("div", "scene-foot", [tally, areas, el("p", "notice", wall.notice)]);
    const alerts = el("ul", "scene-alerts");
    const more = el("p", "more");
    const streets = el("ul", "scene-streets");
    const list = (title, ...parts) => el("section", "scene-list", [el("h3", "", title), ...parts]);
    node.replaceChildren(
      said,
      el("div", "scene-place", [slot, foot]),
      el("div", "scene-side", [
        list(wall.t("wall.alerts"), alerts, more),
        list(wall.t("wall.streets.index"), streets),
      ])
    );
    const scene = { said, slot, tally, areas, alerts, more, streets };
    scene.arrange = () => streets.style.setProperty("--streets", String(Math.ceil(wall.stat.streets.filter((s) => s.kind !== "area").length / 2)));
    scene.paint = () => paint(wall, scene);
    scene.tick = (now) => {
      text(said, wall.said || "");
      root.yiping.scenePieces.tickAlerts(wall, alerts, now);
    };
    scene.streetsOf = () => wall.snapshot.streets;
    scene.arrange();
    return scene;
  }

  function paint(wall, scene) {
    const { snapshot } = wall;
    const { alerts, health, board, scenePieces } = root.yiping;
    const groups = wall.groups || [];
    const count = ALERTS[wall.root.dataset.arrangement];
    scenePieces.paintAlerts(wall, scene.alerts, groups, count);
    const hidden = groups.length - count;
    const quiet = board.blind(snapshot) ? wall.t("wall.alerts.blind") : wall.t("wall.alerts.none");
    text(scene.more, !groups.length ? quiet : hidden > 0 ? wall.t("wall.alerts.more", { n: hidden }) : "");
    health.paintTally(wall, scene.tally, wall.t("wall.streets"), snapshot.streets);
    health.paintAreas(wall, scene.areas, snapshot.areas || []);
    const ranked = alerts.lowest(snapshot.streets, snapshot.streets.length, snapshot.streets.length);
    const blank = snapshot.streets.filter((street) => !ranked.includes(street));
    const every = ranked.concat(blank);
    const nodes = rows(scene.streets, every.length, makeStreet);
    every.forEach((street, n) => {
      const [shape, where, what, index] = nodes[n].children;
      data(shape, "state", street.state);
      text(where, wall.place(street.code, true));
      const sign = street.sign && street.state !== "normal" ? wall.sign.get(street.sign) : null;
      text(what, sign ? wall.short(sign) : "");
      text(index, root.yiping.format.number(street.index, 1));
    });
  }

  root.yiping = Object.assign(root.yiping || {}, { sceneMap: { build } });
})(window);

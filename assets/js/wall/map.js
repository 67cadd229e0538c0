/* The map of the streets. Leaflet draws the outlines; colours come from the style sheet by
   data-state, names are our own text over the map (never a tooltip made of markup). */
(function (root) {
  "use strict";

  const shapes = new Map(); // code → {code, layer, at: [lon, lat], reach}
  let leaflet = null;
  let watcher = null;
  let painted = null; // {wall, streets} as last painted
  let inset = null; // {box, rect, at, paths}: see map_inset.js
  const KEPT = { home: 0.97, scene: 0.7 }; // of the map's size, where an inset stands beside it

  const ORDER = ["alarm", "warning", "attention", "unknown", "normal"];

  function code(feature) {
    return String((feature.properties && feature.properties.code) || "");
  }

  function state(street) {
    return (street && street.state) || "unknown";
  }

  function byCode() {
    return new Map((painted ? painted.streets : []).map((street) => [street.code, street]));
  }

  function paintShape(shape, street) {
    const path = shape.layer.getElement && shape.layer.getElement();
    if (!path) return;
    if (path.dataset.state !== state(street)) path.dataset.state = state(street);
    path.dataset.code = shape.code;
    const small = inset && inset.paths.get(shape.code);
    if (small) small.dataset.state = state(street);
  }

  let pane = null; // {em, family, width, height} of the names, read when the size changes

  function fitted() {
    if (!leaflet || !shapes.size) return;
    let bounds = null;
    for (const { layer } of shapes.values()) {
      bounds = bounds ? bounds.extend(layer.getBounds()) : layer.getBounds().pad(0);
    }
    leaflet.invalidateSize({ animate: false, pan: false });
    const found = planned(bounds);
    const [before, after] = found ? found.padding : [0, 0];
    leaflet.fitBounds(bounds, { animate: false, paddingTopLeft: [4 + before, 4], paddingBottomRight: [4 + after, 4] });
    drawInset(found);
    leaflet.getContainer().dataset.fitted = "1"; // a frame after its shapes: until then it may lie anywhere
    const over = document.getElementById("wall-map-labels");
    if (!over) return;
    const { fontSize, fontFamily } = getComputedStyle(over);
    const { clientWidth: width, clientHeight: height } = over;
    pane = { em: parseFloat(fontSize) || 16, family: fontFamily, width, height };
  }

  /* The place of the inset in the frame as it is now; null without one. */
  function planned(bounds) {
    const box = painted && painted.wall.stat.map.inset;
    if (!box) return null;
    const { clientWidth, clientHeight } = leaflet.getContainer();
    const land = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const keep = painted.wall.scene ? KEPT.scene : KEPT.home;
    return root.yiping.mapInset.plan([clientWidth, clientHeight], land, box, keep);
  }

  function drawInset(found) {
    const frame = leaflet.getContainer().parentElement;
    inset = null;
    if (!found) return root.yiping.mapInset.clear(frame);
    const box = painted.wall.stat.map.inset;
    const [a, b] = [[box[3], box[0]], [box[1], box[2]]].map((at) => leaflet.latLngToContainerPoint(at));
    const mark = [a.x, a.y, b.x - a.x, b.y - a.y];
    const drawn = root.yiping.mapInset.draw(frame, [...shapes.values()], box, found.rect, mark);
    inset = { box, rect: found.rect, at: drawn.at, paths: drawn.paths };
    const current = byCode();
    for (const shape of shapes.values()) paintShape(shape, current.get(shape.code));
    return undefined;
  }

  function inInset({ at: [lon, lat] }) {
    if (!inset) return false;
    const [west, south, east, north] = inset.box;
    return lon > west && lon < east && lat > south && lat < north;
  }

  let settling = false;
  function settle() {
    if (settling) return;
    settling = true;
    requestAnimationFrame(() => {
      settling = false;
      settleNow();
    });
  }

  function settleNow() {
    fitted();
    paintLabels();
  }

  function adopt(map) {
    if (leaflet === map) return;
    leaflet = map;
    shapes.clear();
    if (watcher) watcher.disconnect();
    watcher = new ResizeObserver(settle);
    watcher.observe(map.getContainer());
  }

  function style() {
    return { className: "street" };
  }

  /* The features carry their inner point as `label`; tooltips and popups of theirs are ignored. */
  function onEachFeature(feature, layer, context) {
    adopt(context.map);
    const at = feature.properties.label;
    const reach = root.yiping.mapLabels.reach(feature.geometry, at);
    const shape = { code: code(feature), layer, at, reach, geometry: feature.geometry };
    shapes.set(shape.code, shape);
    layer.on("add", () => {
      paintShape(shape, byCode().get(shape.code));
      settle();
    });
  }

  /* What a name may look like, the fullest first: {size: [w, h] in px, lines}. */
  function forms(wall, street, em, family) {
    const font = "600 " + em + "px " + family;
    const wide = (words) => root.yiping.dom.width(words, font) + 4;
    const name = wall.place(street.code, true);
    const sign = street.sign && wall.sign.get(street.sign);
    const line = 1.15 * em;
    const short = { size: [wide(name), line], lines: [name] };
    if (street.note) {
      const lines = [name, street.note];
      return [{ size: [Math.max(...lines.map(wide)), 2 * line], lines }, short];
    }
    const grave = street.state === "alarm" || street.state === "warning";
    if (!grave || !sign) return [short];
    const why = wall.short(sign);
    const width = Math.max(wide(name), wide(why));
    return [{ size: [width, 2 * line], lines: [name, why] }, short];
  }

  /* What the names of some places need: `point` is where [lon, lat] stands, in px. */
  function labelled(wall, em, family, places, point) {
    const items = [];
    const streets = byCode();
    for (const shape of places) {
      const street = streets.get(shape.code);
      if (!street || !wall.street.has(shape.code)) continue;
      const [lon, lat] = shape.at;
      const [x, y] = point([lon, lat]);
      const reach = Math.abs(y - point([lon, lat + shape.reach])[1]);
      const quiet = street.state === "normal" || street.state === "none";
      const texts = forms(wall, street, em, family);
      items.push({
        code: shape.code,
        street,
        x,
        y,
        mark: quiet ? 0 : 0.9 * em,
        room: 3 * reach,
        reach,
        forms: texts.map((text) => text.size),
        texts,
      });
    }
    const rank = (item) => ORDER.indexOf(state(item.street));
    return items.sort((a, b) => rank(a) - rank(b) || b.reach - a.reach);
  }

  function label(item, found) {
    const { el, mark } = root.yiping.dom;
    const nodes = [];
    if (item.mark) {
      const shape = mark(state(item.street));
      shape.style.transform = "translate(" + item.x + "px," + item.y + "px)";
      nodes.push(shape);
    }
    if (found) {
      const lines = item.texts[found.form].lines.map((line) => el("span", "", line));
      const name = el("b", "map-name map-name-" + (item.mark ? found.side : "centre"), lines);
      name.dataset.state = state(item.street);
      name.style.transform = "translate(" + found.box[0] + "px," + found.box[1] + "px)";
      name.style.inlineSize = found.box[2] - found.box[0] + "px";
      nodes.push(name);
    }
    return nodes;
  }

  function paintLabels() {
    const over = document.getElementById("wall-map-labels");
    if (!over || !painted || !leaflet || !pane) return;
    const { em, family, width, height } = pane;
    const every = [...shapes.values()];
    const onMap = ([lon, lat]) => {
      const { x, y } = leaflet.latLngToContainerPoint([lat, lon]);
      return [x, y];
    };
    const items = labelled(painted.wall, em, family, every.filter((shape) => !inInset(shape)), onMap);
    const chosen = root.yiping.mapLabels.place(items, width, height, inset ? [inset.rect] : []);
    const nodes = items.flatMap((item) => label(item, chosen.get(item.code)));
    over.replaceChildren(...nodes, ...(inset ? insetLabels(painted.wall, em, family) : []));
  }

  /* Names in the inset, kept inside its border. */
  function insetLabels(wall, em, family) {
    const [left, top, width, height] = inset.rect;
    const point = (at) => {
      const [x, y] = inset.at(at);
      return [x - left, y - top];
    };
    const items = labelled(wall, em, family, [...shapes.values()].filter(inInset), point);
    const chosen = root.yiping.mapLabels.place(items, width, height, []);
    const moved = (found) => found && Object.assign({}, found, {
      box: [found.box[0] + left, found.box[1] + top, found.box[2] + left, found.box[3] + top],
    });
    return items.flatMap((item) =>
      label(Object.assign({}, item, { x: item.x + left, y: item.y + top }), moved(chosen.get(item.code)))
    );
  }

  /* Colour the streets; names are placed anew only when a state or a cause changed. */
  function paint(wall, streets) {
    const key = streets.map(({ state, sign, note }) => [state, sign, note]).join();
    const same = painted && painted.key === key && painted.wall === wall;
    const first = !painted || painted.wall !== wall; // only now it is known whether there is an inset
    painted = { wall, streets, key };
    if (first && leaflet) settle();
    if (same) return;
    const current = byCode();
    for (const shape of shapes.values()) paintShape(shape, current.get(shape.code));
    if (leaflet) paintLabels();
  }

  root.yiping = Object.assign(root.yiping || {}, { map: { paint, settle, settleNow } });
  root.dashExtensions = Object.assign(root.dashExtensions || {}, { map: { style, onEachFeature } });
})(window);

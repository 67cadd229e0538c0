/* The magnified inset of the map: where many small places lie close together (data_access/
   map_inset.py says where). Here is decided whether the frame has room for it, and it is drawn. */
(function (root) {
  "use strict";

  const GAP = 14; // px between the map and its inset
  const WIDEST = 0.42; // of the frame
  const LEAST = 170; // px of its shorter side: smaller, no name has room
  const MAGNIFIED = 1.9; // against the map beside it, or it explains nothing

  const squeezed = (box) => Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);

  /* Width and height of a box [west, south, east, north] in degrees of latitude. */
  function size(box) {
    return [(box[2] - box[0]) * squeezed(box), box[3] - box[1]];
  }

  /* Where map and inset go in a frame of [width, height] px: {padding: [left, right], rect: [x, y, width,
     height]}; null where there is no room. `keep`: the share of its size that the map must keep. */
  function plan([width, height], land, box, keep) {
    const [[landWide, landHigh], [wide, high]] = [size(land), size(box)];
    const alone = Math.min(width / landWide, height / landHigh);
    const most = Math.min(width - keep * alone * landWide - GAP, WIDEST * width);
    const scale = Math.min(most / wide, (0.92 * height) / high);
    const [across, down] = [scale * wide, scale * high];
    if (!(Math.min(across, down) >= LEAST)) return null;
    const beside = Math.min((width - across - GAP) / landWide, height / landHigh);
    if (beside < keep * alone - 1e-9 || scale < MAGNIFIED * beside) return null;
    const left = box[0] + box[2] < land[0] + land[2];
    const room = across + GAP;
    const low = box[1] + box[3] > land[1] + land[3]; // the group lies high: the inset stands low
    const rect = [left ? 2 : width - across - 2, low ? height - down - 2 : 2, across, down];
    return { padding: left ? [room, 0] : [0, room], rect };
  }

  /* A function [lon, lat] → [x, y] px into a rect that shows a box. */
  function projection(box, [x, y, width, height]) {
    const across = width / (box[2] - box[0]);
    const down = height / (box[3] - box[1]);
    return ([lon, lat]) => [x + (lon - box[0]) * across, y + (box[3] - lat) * down];
  }

  function outline(geometry, at) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const ring = (points) => "M" + points.map((point) => at(point).map((n) => n.toFixed(1)).join(" ")).join("L") + "Z";
    return polygons.map((rings) => rings.map(ring).join("")).join("");
  }

  function clear(frame) {
    const old = frame.querySelector(".map-inset");
    if (old) old.remove();
  }

  /* Draws the inset into the frame: shapes: [{code, geometry}], mark: [x, y, width, height] of the group
     on the map itself. Returns {at, paths: Map code → path}. */
  function draw(frame, shapes, box, rect, mark) {
    const { svg } = root.yiping.dom;
    clear(frame);
    const at = projection(box, rect);
    const paths = new Map();
    const [x, y, width, height] = rect.map((n) => Number(n.toFixed(1)));
    const inner = svg("svg", { x, y, width, height, viewBox: [x, y, width, height].join(" "), class: "map-inset-view" });
    for (const { code, geometry } of shapes) {
      const path = svg("path", { class: "inset-street", d: outline(geometry, at) });
      inner.append(path);
      paths.set(code, path);
    }
    const group = svg("svg", { class: "map-inset" });
    group.setAttribute("aria-hidden", "true");
    const box4 = (n) => ({ x: n[0], y: n[1], width: n[2], height: n[3] });
    const nearer = x < mark[0] ? [x + width, mark[0]] : [x, mark[0] + mark[2]];
    const middle = mark[1] + mark[3] / 2;
    const edge = Math.min(Math.max(middle, y), y + height);
    group.append(
      svg("line", { class: "inset-line", x1: nearer[0], y1: edge, x2: nearer[1], y2: middle }),
      svg("rect", Object.assign({ class: "inset-frame" }, box4(mark))),
      svg("rect", Object.assign({ class: "inset-ground" }, box4([x, y, width, height]))),
      inner,
      svg("rect", Object.assign({ class: "inset-frame inset-border" }, box4([x, y, width, height])))
    );
    frame.append(group);
    return { at, paths };
  }

  const api = { plan, projection, draw, clear, size };
  root.yiping = Object.assign(root.yiping || {}, { mapInset: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

/* Where the names on the map go. Pure geometry: pixels in, pixels out.
   A mark stands at its street's inner point; the name stands beside it where nothing else is.
   A name without room is left out: the mark and the alert list still say it. */
(function (root) {
  "use strict";

  const SIDES = ["right", "left", "below", "above"];
  const MAX_VERTICES = 90;

  function thin(ring) {
    const step = Math.max(1, Math.floor(ring.length / MAX_VERTICES));
    return ring.filter((_, i) => i % step === 0);
  }

  function toSegment(x, y, a, b) {
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length = dx * dx + dy * dy;
    const t = length ? Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / length)) : 0;
    return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy);
  }

  /* Distance to the edge, negative outside. */
  function depth(x, y, ring) {
    let inside = false;
    let least = Infinity;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [a, b] = [ring[i], ring[j]];
      if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) {
        inside = !inside;
      }
      least = Math.min(least, toSegment(x, y, a, b));
    }
    return inside ? least : -least;
  }

  /* How far a point [lon, lat] of a GeoJSON geometry is from its edge, in degrees of latitude:
     longitudes shrink with latitude as on the ground. Zero when the point lies outside. */
  function reach(geometry, [lon, lat]) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const squeeze = Math.cos((lat * Math.PI) / 180);
    const depths = polygons.map((polygon) =>
      depth(lon * squeeze, lat, thin(polygon[0]).map(([x, y]) => [x * squeeze, y]))
    );
    return Math.max(0, ...depths);
  }

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  function boxAt(item, side, [width, height]) {
    const { x, y, mark } = item;
    const gap = mark ? mark / 2 + 3 : 0;
    if (!mark) return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    if (side === "right") return [x + gap, y - height / 2, x + gap + width, y + height / 2];
    if (side === "left") return [x - gap - width, y - height / 2, x - gap, y + height / 2];
    const top = side === "below" ? y + gap : y - gap - height;
    return [x - width / 2, top, x + width / 2, top + height];
  }

  /* items, the most important first: {code, x, y, mark (px, 0 = none), forms: [[w, h], …] from
     the fullest, room (px, names without a mark only)}; `blocked`: rects [x, y, w, h] where nothing
     may stand. Returns Map code → {form, box}|null. */
  function place(items, width, height, blocked) {
    const barred = (blocked || []).map(([x, y, w, h]) => ({ code: null, box: [x, y, x + w, y + h] }));
    const taken = items
      .filter((item) => item.mark)
      .map(({ code, x, y, mark }) => ({
        code,
        box: [x - mark / 2, y - mark / 2, x + mark / 2, y + mark / 2],
      }));
    taken.push(...barred);
    const chosen = new Map();
    for (const item of items) {
      const found = seek(item, taken, width, height);
      chosen.set(item.code, found);
      if (found) taken.push({ code: item.code, box: found.box });
    }
    return chosen;
  }

  function seek(item, taken, width, height) {
    const sides = item.mark ? SIDES : SIDES.slice(0, 1);
    for (let form = 0; form < item.forms.length; form += 1) {
      if (!item.mark && item.forms[form][0] > item.room) continue;
      for (const side of sides) {
        const box = boxAt(item, side, item.forms[form]);
        const inside = box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height;
        const free = taken.every((one) => one.code === item.code || !overlaps(box, one.box));
        if (inside && free) return { form, box, side };
      }
    }
    return null;
  }

  const api = { reach, place };
  root.yiping = Object.assign(root.yiping || {}, { mapLabels: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

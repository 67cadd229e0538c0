/* How the wall fills its window: one unit and one arrangement from width and height. Pure. */
(function (root) {
  "use strict";

  const BASE_HEIGHT = 1080; // one unit is a pixel on a wall of this height
  const LEAST_WIDTH = 1700; // units that the three columns need

  const NARROW_WIDTH = 1840; // units below which the middle column is short of room

  /* "3840x1080" → [3840, 1080]; anything else → null. */
  function parse(text) {
    const match = /^(\d{3,5})x(\d{3,5})$/.exec(text || "");
    return match ? [Number(match[1]), Number(match[2])] : null;
  }

  function arrangement(width, height) {
    const ratio = width / height;
    if (width < 900 || ratio < 1.2) return "stack";
    if (ratio < 2.7) return "wide";
    return ratio < 4.4 ? "dual" : "triple";
  }

  /* {arrangement, width, height, unit, narrow}, in pixels of the window: a wall of another size than
     the window is laid out in its own proportions, as large as fits. */
  function fit(windowWidth, windowHeight, wanted) {
    let [width, height] = [windowWidth, windowHeight];
    if (wanted) {
      const scale = Math.min(windowWidth / wanted[0], windowHeight / wanted[1]);
      [width, height] = [wanted[0] * scale, wanted[1] * scale];
    }
    const [shapeWidth, shapeHeight] = wanted || [width, height];
    const kind = arrangement(shapeWidth, shapeHeight);
    const unit =
      kind === "stack"
        ? Math.min(1.1, Math.max(0.72, windowWidth / 520))
        : Math.min(height / BASE_HEIGHT, width / LEAST_WIDTH);
    const narrow = kind === "wide" && width / unit < NARROW_WIDTH;
    return { arrangement: kind, width, height, unit, narrow };
  }

  /* Columns of cells for panels of `sizes` signs on each side: as few as fit the height with
     rows of `least` units, so that a city with few signs gets larger cells, never more than
     `most`. Returns {columns, row}: row is the height that a row may have, in units. */
  function columns(sides, most, height, head, least) {
    const row = (count) => {
      const heights = sides.map((sizes) => {
        const rows = sizes.reduce((sum, size) => sum + Math.ceil(size / count), 0);
        return rows ? (height - head * sizes.length) / rows : Infinity;
      });
      return Math.min(...heights);
    };
    let count = Math.min(2, most);
    while (count < most && row(count) < least) count += 1;
    return { columns: count, row: row(count) };
  }

  const api = { parse, fit, columns };
  root.yiping = Object.assign(root.yiping || {}, { profile: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

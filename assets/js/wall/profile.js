/* How the wall fills its window: one unit and one arrangement from width and height. Pure. */
(function (root) {
  "use strict";

  const BASE_HEIGHT = 1080; // one unit is a pixel on a wall of this height
  const LEAST_WIDTH = 1700; // units that the three columns need
  const SHEET_WIDTH = { short: 1700, long: 1960 }; // on paper, where letters may be smaller

  const NARROW_WIDTH = 1840; // units below which the middle column is short of room
  const TALL = { short: [1080, 1900], long: [1160, 2040] }; // units that an upright wall needs, by its words
  const TALL_LEAST = 1000; // px: a narrower window is a phone or a part of a screen, and scrolls
  const TALL_RATIO = 0.7;

  /* "3840x1080" → [3840, 1080]; anything else → null. */
  function parse(text) {
    const match = /^(\d{3,5})x(\d{3,5})$/.exec(text || "");
    return match ? [Number(match[1]), Number(match[2])] : null;
  }

  /* `paper`: a sheet does not scroll, so it is never a stack. */
  function arrangement(width, height, paper) {
    const ratio = width / height;
    if (paper ? ratio < 1.2 : width >= TALL_LEAST && ratio <= TALL_RATIO) return "tall";
    if (width < 900 || ratio < 1.2) return "stack";
    if (ratio < 2.7) return "wide";
    return ratio < 4.4 ? "dual" : "triple";
  }

  function unitOf(kind, width, height, words, paper) {
    if (kind === "stack") return Math.min(1.1, Math.max(0.72, width / 520));
    const level = [paper ? SHEET_WIDTH[words] : LEAST_WIDTH, BASE_HEIGHT];
    const [wide, high] = kind === "tall" ? TALL[words] : level;
    return Math.min(height / high, width / wide);
  }

  /* {arrangement, width, height, unit, narrow}, in pixels of the window: a wall of another size than
     the window is laid out in its own proportions, as large as fits. how: {wanted: [width, height],
     words: "short" | "long" (Latin ones), paper}. */
  function fit(windowWidth, windowHeight, how) {
    const { wanted, words, paper } = how || {};
    let [width, height] = [windowWidth, windowHeight];
    if (wanted) {
      const scale = Math.min(windowWidth / wanted[0], windowHeight / wanted[1]);
      [width, height] = [wanted[0] * scale, wanted[1] * scale];
    }
    const [shapeWidth, shapeHeight] = wanted || [width, height];
    const kind = arrangement(shapeWidth, shapeHeight, paper);
    const unit = unitOf(kind, kind === "stack" ? windowWidth : width, height, words || "short", paper);
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

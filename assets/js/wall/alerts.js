/* From the engine's rows (one a sign and place) to what a reader wants: one entry a sign. */
(function (root) {
  "use strict";

  const SEVERITY = { alarm: 3, warning: 2, attention: 1, normal: 0, unknown: -1 };

  /* Rows come from the worst to the best. The head of a sign is its first row; a street that is
     as bad says more about where than the district does. Not every place has a row: how many
     there are is said by `places` of each. Returns [{sign, head, places}]. */
  function bySign(rows) {
    const groups = new Map();
    for (const row of rows) {
      const group = groups.get(row.sign);
      if (!group) {
        const places = row.places === undefined ? Number(Boolean(row.street)) : row.places;
        groups.set(row.sign, { sign: row.sign, head: row, places });
        continue;
      }
      if (row.street && row.places === undefined) group.places += 1;
      if (!group.head.street && row.street && row.state === group.head.state) group.head = row;
    }
    return Array.from(groups.values());
  }

  /* Signs in each grade, anywhere: the district's own state, or that of its worst street. */
  function count(groups, readings) {
    const states = new Map(readings.map((reading) => [reading.code, reading.state]));
    for (const { sign, head } of groups) {
      if ((SEVERITY[states.get(sign)] || 0) < SEVERITY[head.state]) states.set(sign, head.state);
    }
    const sum = { alarm: 0, warning: 0, attention: 0 };
    for (const state of states.values()) if (state in sum) sum[state] += 1;
    return sum;
  }

  /* What stands behind a graded state, as the engine says it: {key of a label, line}. Which side
     was crossed and whether the value has come back is not judged here; null where it is not said. */
  function crossing(row) {
    if (!row || !row.side) return null;
    if (typeof row.clear === "number") return { key: "crossing.held." + row.side, line: row.clear };
    if (typeof row.threshold !== "number") return null;
    return { key: "crossing." + row.side, line: row.threshold };
  }

  /* Streets from the lowest index up, the worse state first where indices are equal; those
     from which nothing is deducted only fill up to `few`, a list of equals says nothing. */
  function lowest(streets, count, few) {
    const ranked = streets
      .filter((street) => typeof street.index === "number")
      .sort((a, b) => a.index - b.index || SEVERITY[b.state] - SEVERITY[a.state]);
    const telling = ranked.filter((street) => street.index < 100).length;
    return ranked.slice(0, Math.min(count, Math.max(telling, few)));
  }

  const api = { bySign, count, crossing, lowest, SEVERITY };
  root.yiping = Object.assign(root.yiping || {}, { alerts: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

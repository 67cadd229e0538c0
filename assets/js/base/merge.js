/* A snapshot and the deltas that follow it. Pure: nothing given is changed. */
(function (root) {
  "use strict";

  const BY_CODE = ["signs", "streets", "areas"];
  const HEAD = ["version", "prev", "as_of"];

  function byCode(items, news) {
    const fresh = new Map(news.map((item) => [item.code, item]));
    const merged = items.map((item) => {
      const update = fresh.get(item.code);
      fresh.delete(item.code);
      return update ? Object.assign({}, item, update) : item;
    });
    return merged.concat(Array.from(fresh.values()));
  }

  /* "apply" a delta that follows, "old" for one already in, "gap" when something is missing. */
  function fit(snapshot, delta) {
    if (!snapshot) return "gap";
    if (delta.prev === snapshot.version) return "apply";
    return delta.version <= snapshot.version ? "old" : "gap";
  }

  /* {snapshot, changed}: changed has a Set of codes per list, and the names of other keys. */
  function merge(snapshot, delta) {
    const next = Object.assign({}, snapshot);
    const changed = { keys: [] };
    for (const list of BY_CODE) changed[list] = new Set();
    for (const key of Object.keys(delta)) {
      if (BY_CODE.includes(key)) {
        next[key] = byCode(snapshot[key] || [], delta[key]);
        for (const item of delta[key]) changed[key].add(item.code);
      } else if (key !== "prev") {
        next[key] = delta[key];
        if (!HEAD.includes(key)) changed.keys.push(key);
      }
    }
    return { snapshot: next, changed };
  }

  /* A snapshot from another process may be older than what stands: newer in either sense wins. */
  function supersedes(candidate, current) {
    if (!current) return true;
    if (candidate.version > current.version) return true;
    return candidate.version !== current.version && candidate.as_of > current.as_of;
  }

  const api = { fit, merge, supersedes };
  root.yiping = Object.assign(root.yiping || {}, { merge: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

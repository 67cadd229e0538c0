/* What the city's clocks show at an instant. A zone is what the server says of them
   (dashboard/components/times.py): [[epoch ms, minutes ahead of UTC from then on], …]. Pure. */
(function (root) {
  "use strict";

  const MINUTE = 60000;
  const DAY = 86400000;

  /* Milliseconds ahead of UTC at an instant. */
  function offset(ms, zone) {
    let ahead = zone[0][1];
    for (const [since, minutes] of zone) {
      if (since > ms) break;
      ahead = minutes;
    }
    return ahead * MINUTE;
  }

  /* A Date whose UTC fields are what local clocks show. */
  function local(ms, zone) {
    return new Date(ms + offset(ms, zone));
  }

  /* The instant at which local clocks show what a Date's UTC fields say (as epoch ms): the first
     of two; of a time that they skip, the instant as long after the skip's beginning. */
  function instant(shown, zone) {
    const before = shown - offset(shown - DAY, zone);
    if (before + offset(before, zone) === shown) return before;
    const after = shown - offset(shown + DAY, zone);
    return after + offset(after, zone) === shown ? after : before;
  }

  const api = { offset, local, instant };
  root.yiping = Object.assign(root.yiping || {}, { zone: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

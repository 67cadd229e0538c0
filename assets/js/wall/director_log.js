/* What the wall showed and why, sent to the audit log: in order, a few at a time, again when the
   server did not answer. Bounded: a wall that is cut off for weeks forgets the oldest. */
(function (root) {
  "use strict";

  const URL_PATH = "/screen/log";
  const AT_ONCE = 20;
  const KEPT = 400;
  const EVERY_MS = 2000;
  const AGAIN_MS = 15000;

  function token(cookies) {
    const found = /(?:^|;\s*)_csrf_token=([^;]*)/.exec(cookies);
    return found ? decodeURIComponent(found[1]) : "";
  }

  /* options: profile, now() in ms, fetch, cookies(). Returns {add, tick, size}. */
  function open({ profile, now, fetch, cookies }) {
    let queue = [];
    let waitUntil = 0;
    let sending = false;

    function settle(batch, reply) {
      sending = false;
      const lost = !reply || reply.status === 429 || reply.status >= 500;
      waitUntil = now() + (lost ? AGAIN_MS : EVERY_MS);
      if (!lost) queue = queue.filter((one) => !batch.includes(one)); // refused is also settled
    }

    function tick() {
      if (sending || !queue.length || now() < waitUntil) return;
      sending = true;
      const batch = queue.slice(0, AT_ONCE);
      const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token(cookies()) };
      const body = JSON.stringify({ profile, switches: batch });
      fetch(URL_PATH, { method: "POST", credentials: "same-origin", headers, body })
        .then((reply) => settle(batch, reply))
        .catch(() => settle(batch, null));
    }

    function add(switches) {
      queue = queue.concat(switches).slice(-KEPT);
    }

    return { add, tick, size: () => queue.length };
  }

  const api = { open, token };
  root.yiping = Object.assign(root.yiping || {}, { directorLog: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

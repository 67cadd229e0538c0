/* Whose page this is. The session's token lies in a cookie that every tab of the browser shares: when
   it is another one, somebody else has signed in or this reader has left, and what stands here must
   neither stay nor be painted over with the other's data: the page is loaded anew. */
(function (root) {
  "use strict";

  const COOKIE = "_csrf_token";
  const PROBE_MS = 10000;
  const GOING_MS = 10000; // until then a form that was sent has brought its page

  /* The token in a cookie header, "" where there is none. Pure. */
  function token(cookies) {
    const found = cookies.split(/;\s*/).find((one) => one.startsWith(COOKIE + "="));
    return found ? found.slice(COOKIE.length + 1) : "";
  }

  /* {changed(), look(), going()} over a page's cookies and a clock in ms. `leave` is called once, and
     not while the page is going elsewhere by itself: it would turn back half-way. */
  function keep(cookies, leave, now) {
    const mine = token(cookies());
    let left = false;
    let until = -Infinity;
    const changed = () => token(cookies()) !== mine;
    const look = () => {
      if (left || !changed()) return left;
      if (now() < until) return true;
      left = true;
      leave();
      return true;
    };
    const going = () => (until = now() + GOING_MS);
    return { changed, look, going };
  }

  if (typeof module !== "undefined") {
    module.exports = { token, keep, GOING_MS };
    return;
  }

  const reload = () => root.location.reload();
  const identity = keep(() => document.cookie, reload, () => performance.now());
  let probedAt = 0;

  /* A page whose answers stop coming may belong to a session that has ended elsewhere: then the
     server leads to the front door, and so do we. */
  function probe() {
    const silent = document.body.classList.contains("is-silent");
    if (!silent || performance.now() - probedAt < PROBE_MS) return;
    probedAt = performance.now();
    const init = { redirect: "manual", cache: "no-store", headers: { Accept: "text/html" } };
    fetch(root.location.href, init)
      .then((reply) => reply.type === "opaqueredirect" && reload())
      .catch(() => null);
  }

  root.addEventListener("submit", (event) => event.defaultPrevented || identity.going());
  root.setInterval(() => identity.look() || probe(), 1000);
  for (const event of ["focus", "pageshow"]) root.addEventListener(event, identity.look);
  document.addEventListener("visibilitychange", identity.look);
  root.yiping = Object.assign(root.yiping || {}, { identity });
})(typeof window === "undefined" ? globalThis : window);

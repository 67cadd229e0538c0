/* Keeps a public page alive: when a new version is told, the page is fetched once more and the
   parts marked data-live are put in place. Without this script the page reads the same. */
(() => {
  "use strict";
  const POLL_MS = 60000;
  const SILENT_MS = 180000;
  const SPREAD_MS = 5000; // so that not everybody asks in the same instant
  const body = document.body;
  let version = Number(body.dataset.version);
  let heard = Date.now();
  let fetching = false;

  function keepOpen(mine, part) {
    const held = mine.querySelectorAll("details");
    part.querySelectorAll("details").forEach((one, n) => {
      if (held[n]) one.open = held[n].open;
    });
  }

  function put(fresh) {
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const mine = document.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
      if (!mine || mine.contains(document.activeElement)) continue;
      keepOpen(mine, part);
      if (mine.innerHTML !== part.innerHTML) mine.innerHTML = part.innerHTML;
    }
    const token = fresh.querySelector("input[name=token]");
    const held = document.querySelector("input[name=token]");
    if (token && held) held.value = token.value;
    version = Number(fresh.body.dataset.version);
  }

  async function renew() {
    if (fetching) return;
    fetching = true;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-cache", credentials: "omit" });
      if (answer.ok) {
        put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        heard = Date.now();
      }
    } catch {
      // away: the note below says so after a while
    } finally {
      fetching = false;
    }
  }

  function told(event) {
    heard = Date.now();
    if (Number(event.lastEventId) > version) setTimeout(renew, Math.random() * SPREAD_MS);
  }

  const stream = "EventSource" in window ? new EventSource(body.dataset.events) : null;
  if (stream) {
    stream.addEventListener("snapshot", told);
    stream.addEventListener("delta", told);
  }
  setInterval(() => {
    if (!stream || stream.readyState === EventSource.CLOSED || Date.now() - heard > 2 * POLL_MS) renew();
    const note = document.querySelector(".late");
    if (note) note.hidden = Date.now() - heard < SILENT_MS;
  }, POLL_MS / 2);
})();

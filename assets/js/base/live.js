/* The line to the server: snapshot first, then the event stream; polling when it is blocked.
   One tick a second drives every retry, so that nothing piles up in weeks of running.
   The watchdog counts from the last time the server's picture advanced and was painted: a stream
   that is open but repeats an old version is as silent as one that is cut, and a snapshot that
   the server has kept for an hour is an hour old when it comes. */
(function (root) {
  "use strict";

  const SILENT_MS = 15000; // three ticks of the engine
  const QUIET_MS = 8000; // nothing new for so long: ask for the snapshot as well
  const BLOCKED_MS = 12000; // no event for so long: the stream is blocked, close it
  const POLL_MS = 3000;
  const REOPEN_MS = 30000;
  const RETRY_MS = 2000;
  const GIVE_UP_MS = 10000; // an answer that takes longer will not come
  const SLEPT_MS = 2000; // the wall clock ran so much further: the machine was asleep
  const KEPT_DELTAS = 30;

  /* Monotonic like performance.now(), but it runs on while the machine sleeps. */
  function wakingClock(monotonic, wall) {
    let before = [monotonic(), wall()];
    let slept = 0;
    return () => {
      const time = [monotonic(), wall()];
      const lost = time[1] - before[1] - (time[0] - before[0]);
      if (lost > SLEPT_MS) slept += lost;
      before = time;
      return time[0] + slept;
    };
  }

  /* How old a snapshot was when the server sent it, in ms by the server's own clock. */
  function ageOf(reply, snapshot) {
    const age = Date.parse(reply.headers.get("Date")) - Date.parse(snapshot.as_of);
    return age > 0 ? age : 0;
  }

  /* options: url, onChange(snapshot, changed|null), onDenied(), and for tests fetch,
     EventSource, now (monotonic ms). Returns {tick, close, serverNow, silentFor, silent, …}. */
  function open(options) {
    const merge = root.yiping.merge;
    const now = options.now || wakingClock(() => performance.now(), Date.now);
    const get = options.fetch || ((url, init) => root.fetch(url, init));
    const Source = options.EventSource || root.EventSource;
    const line = { snapshot: null, etag: null, polls: 0, gaps: 0, streams: 0, denied: false };
    let stream = null;
    let waiting = [];
    let asking = null; // what can call off the request under way
    let askedAt = -Infinity;
    let openedAt = -Infinity;
    let heardAt = -Infinity;
    let reopenAt = -Infinity;
    let advancedAt = now();
    let base = null; // [epoch ms of as_of, monotonic ms when it came]

    function serverNow() {
      return base ? base[0] + (now() - base[1]) : null;
    }

    function advance(snapshot, changed, age) {
      const moved =
        !line.snapshot ||
        line.snapshot.version !== snapshot.version ||
        line.snapshot.as_of !== snapshot.as_of;
      line.snapshot = snapshot;
      line.denied = false;
      if (!moved) return;
      const at = now() - age;
      base = [Date.parse(snapshot.as_of), at];
      try {
        options.onChange(snapshot, changed);
      } catch (error) {
        line.snapshot = null; // half painted: begin again with the whole of it
        line.etag = null;
        throw error;
      }
      advancedAt = at;
    }

    function adopt(snapshot, age) {
      if (merge.supersedes(snapshot, line.snapshot)) advance(snapshot, null, age || 0);
      const held = waiting;
      waiting = [];
      held.forEach(receive);
    }

    function receive(delta) {
      const fits = merge.fit(line.snapshot, delta);
      if (fits === "old") return;
      if (fits === "gap") {
        line.gaps += 1;
        if (waiting.length < KEPT_DELTAS) waiting.push(delta);
        ask(true);
        return;
      }
      const merged = merge.merge(line.snapshot, delta);
      advance(merged.snapshot, merged.changed, 0);
    }

    function ask(soon) {
      if (asking || (!soon && now() - askedAt < POLL_MS) || now() - askedAt < 500) return;
      const mine = new AbortController();
      asking = mine;
      askedAt = now();
      line.polls += 1;
      const headers = line.etag ? { "If-None-Match": line.etag } : {};
      const init = { headers, credentials: "same-origin", cache: "no-store", signal: mine.signal };
      get(options.url, init)
        .then((reply) => {
          if (reply.status === 401 || reply.status === 403) denied();
          if (!reply.ok) return null;
          line.etag = reply.headers.get("ETag");
          return reply.json().then((body) => adopt(body, ageOf(reply, body)));
        })
        .catch(() => null)
        .then(() => {
          if (asking === mine) asking = null;
        });
    }

    function callOff() {
      asking.abort();
      asking = null;
    }

    function denied() {
      line.denied = true;
      options.onDenied();
    }

    function listen() {
      line.streams += 1;
      openedAt = now();
      stream = new Source(options.url + "/events");
      const hear = (use) => (event) => {
        heardAt = now();
        use(JSON.parse(event.data));
      };
      stream.addEventListener("snapshot", hear(adopt));
      stream.addEventListener("delta", hear(receive));
      stream.onerror = () => {
        if (stream && stream.readyState === 2) hangUp(RETRY_MS);
      };
    }

    function hangUp(pause) {
      if (stream) stream.close();
      stream = null;
      reopenAt = now() + pause;
    }

    function tick() {
      const time = now();
      if (asking && time - askedAt > GIVE_UP_MS) callOff();
      if (waiting.length) ask(true);
      if (!line.snapshot) return ask(false);
      if (!stream && time >= reopenAt) listen();
      if (stream && time - Math.max(openedAt, heardAt) > BLOCKED_MS) hangUp(REOPEN_MS);
      if (!stream || time - Math.max(openedAt, advancedAt) > QUIET_MS) ask(false);
      return undefined;
    }

    ask(true);
    return Object.assign(line, {
      tick,
      listen: () => !stream && listen(),
      close: () => hangUp(Infinity),
      serverNow,
      silentFor: () => now() - advancedAt,
      silent: () => now() - advancedAt > SILENT_MS,
      polling: () => !stream,
    });
  }

  const api = { open, wakingClock, SILENT_MS };
  root.yiping = Object.assign(root.yiping || {}, { live: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

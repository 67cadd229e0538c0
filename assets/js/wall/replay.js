/* The replay: the wall as it was at a stored minute. What it shows is never taken for the present:
   frame, watermark, banner and title say so, and every clock stands still at that moment. */
(function (root) {
  "use strict";

  const MINUTE = 60000;
  const STEPS = { minute: MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE };
  const RENEW_MS = 60000;
  const BAR_SHARE = 0.075; // of the window's height

  /* runs: [[first minute in ms, count], …], oldest first. */
  function last(runs) {
    const run = runs[runs.length - 1];
    return run ? run[0] + (run[1] - 1) * MINUTE : null;
  }

  /* The stored minute nearest to `at`, looking back first (by < 0) or ahead (by > 0); the end of
     what is stored where nothing lies that way. Null when nothing is stored. */
  function nearest(runs, at, by) {
    let below = null;
    for (const [start, count] of runs) {
      const end = start + (count - 1) * MINUTE;
      if (at < start) return by > 0 || below === null ? start : below;
      const inside = Math.min(end, start + Math.floor((at - start) / MINUTE) * MINUTE);
      if (at <= end && by > 0) return inside < at ? Math.min(end, inside + MINUTE) : inside;
      below = inside;
      if (at <= end) return below;
    }
    return below;
  }

  /* Where a step of `by` ms from `at` leads; always on, never back, unless nothing is there. */
  function move(runs, at, by) {
    return nearest(runs, at + by, by);
  }

  /* How far a key goes: {by} in ms, {to: "first"|"last"}, or null for a key of somebody else. */
  function stepOf({ key, shiftKey }) {
    const step = shiftKey ? STEPS.hour : STEPS.minute;
    if (key === "ArrowLeft" || key === "ArrowDown") return { by: -step };
    if (key === "ArrowRight" || key === "ArrowUp") return { by: step };
    if (key === "PageUp") return { by: -STEPS.day };
    if (key === "PageDown") return { by: STEPS.day };
    if (key === "Home") return { to: "first" };
    if (key === "End") return { to: "last" };
    return null;
  }

  /* A frame may be of another catalogue: what it names and we do not know is left out. */
  function readable(frame, wall) {
    const known = (list, of, key) => (list || []).filter((one) => of.has(one[key]));
    return Object.assign({}, frame, {
      alerts: known(frame.alerts, wall.sign, "sign"),
      detractors: known(frame.detractors, wall.sign, "sign"),
      streets: known(frame.streets, wall.street, "code"),
    });
  }

  function build(wall) {
    const { el } = root.yiping.dom;
    const { t } = wall;
    const parts = {
      time: el("strong", "replay-time"),
      note: el("span", "replay-note", t("wall.replay.note")),
      track: el("div", "replay-track"),
      stored: el("div", "replay-stored"),
      thumb: el("i", "replay-thumb"),
      from: el("span"),
      to: el("span"),
    };
    parts.track.append(parts.stored, parts.thumb);
    Object.entries({ role: "slider", tabindex: "0", "aria-label": t("wall.replay.slider") }).forEach(([name, value]) =>
      parts.track.setAttribute(name, value)
    );
    const marks = Array.from({ length: 12 }, () => el("span", "", t("wall.replay")));
    const water = el("div", "replay-water", marks);
    water.setAttribute("aria-hidden", "true");
    const rail = el("div", "replay-rail", [parts.track, el("p", "replay-ends", [parts.from, el("span", "hint", t("wall.replay.keys")), parts.to])]);
    const bar = el("div", "replay-bar", [el("b", "replay-word", t("wall.replay")), parts.time, parts.note, rail]);
    document.getElementById("wall-replay").replaceChildren(water, el("div", "replay-frame"), bar);
    return parts;
  }

  /* hooks: live() gives the present snapshot. Returns {press, tick, close}. */
  function open(wall, hooks) {
    const { show, data } = root.yiping.dom;
    const page = document.documentElement;
    const replay = { runs: [], at: null, wanted: null, shownAt: null, asking: false, listedAt: -Infinity };
    const parts = build(wall);
    const title = document.title;
    const serverNow = wall.now;
    let open = true;
    wall.replayed = { at: null };
    wall.reserved = BAR_SHARE;
    data(page, "replay", "1");
    show(document.getElementById("wall-replay"), true);
    document.title = wall.t("wall.replay.title", { time: "", title });
    parts.track.focus({ preventScroll: true });
    parts.track.addEventListener("pointerdown", (event) => {
      const box = parts.track.getBoundingClientRect();
      const [first, end] = [replay.runs.length ? replay.runs[0][0] : 0, last(replay.runs)];
      if (end !== null) want(nearest(replay.runs, first + ((event.clientX - box.left) / box.width) * (end - first), -1));
    });

    function get(path) {
      return fetch("/live/screen/" + path, { credentials: "same-origin" }).then((reply) => (reply.ok ? reply.json() : null));
    }

    function list() {
      replay.listedAt = performance.now();
      get("frames")
        .then((body) => {
          if (!open || !body) return;
          replay.runs = body.runs;
          if (replay.at === null && replay.wanted === null && body.runs.length) want(last(body.runs));
          else paint();
        })
        .catch(() => null);
    }

    function want(at) {
      if (at === null || !open) return;
      replay.wanted = at;
      paint();
      load();
    }

    /* One frame at a time; whoever moves on while it comes gets the last one asked for. */
    function load() {
      if (replay.asking || replay.wanted === replay.shownAt) return;
      const at = replay.wanted;
      replay.asking = true;
      get("frame?at=" + at)
        .catch(() => null)
        .then((frame) => {
          replay.asking = false;
          if (!open) return;
          replay.shownAt = at;
          if (frame) display(at, frame);
          else data(page, "frame", "missing");
          paint();
          if (replay.wanted !== at) load();
        });
    }

    function display(at, frame) {
      const then = Date.parse(frame.as_of);
      replay.at = at;
      wall.replayed = { at };
      wall.now = () => then;
      data(page, "frame", String(at));
      root.yiping.screen.apply(wall, readable(frame, wall), null);
      for (const node of wall.root.querySelectorAll(".pulse")) node.classList.remove("pulse");
      const other = frame.catalogue !== wall.stat.catalogue;
      root.yiping.dom.text(parts.note, wall.t(other ? "wall.replay.other" : "wall.replay.note"));
    }

    function say(ms) {
      const { day, clock } = root.yiping.format;
      return day(ms, wall.zone) + " " + clock(ms, wall.zone);
    }

    function paint() {
      const { text, el } = root.yiping.dom;
      const { runs } = replay;
      if (!runs.length) {
        text(parts.time, wall.t(replay.listedAt < 0 ? "wall.loading" : "wall.replay.none"));
        return;
      }
      const [first, end] = [runs[0][0], last(runs)];
      const at = replay.wanted;
      const share = (ms) => (end === first ? 1 : (ms - first) / (end - first));
      const key = JSON.stringify(runs);
      if (replay.key !== key) {
        replay.key = key;
        parts.stored.replaceChildren(
          ...runs.map(([start, count]) => {
            const piece = el("i");
            piece.style.insetInlineStart = 100 * share(start) + "%";
            piece.style.inlineSize = 100 * (share(start + (count - 1) * MINUTE) - share(start)) + "%";
            return piece;
          })
        );
      }
      text(parts.from, say(first));
      text(parts.to, say(end));
      text(parts.time, say(at));
      parts.thumb.style.insetInlineStart = 100 * share(at) + "%";
      data(parts.time, "loading", at === replay.at ? "0" : "1");
      const values = { valuemin: first, valuemax: end, valuenow: at, valuetext: say(at) };
      for (const [name, value] of Object.entries(values)) parts.track.setAttribute("aria-" + name, String(value));
      document.title = wall.t("wall.replay.title", { time: say(at), title });
    }

    /* True when the key moved the replay. */
    function press(event) {
      const step = stepOf(event);
      if (!step) return false;
      const { runs } = replay;
      if (!runs.length) return true;
      if (step.by) want(move(runs, replay.wanted, step.by));
      else want(step.to === "first" ? runs[0][0] : last(runs));
      return true;
    }

    function tick() {
      if (performance.now() - replay.listedAt > RENEW_MS) list();
    }

    function close() {
      open = false;
      wall.replayed = null;
      wall.reserved = 0;
      wall.now = serverNow;
      data(page, "replay", "0");
      data(page, "frame", "");
      show(document.getElementById("wall-replay"), false);
      document.getElementById("wall-replay").replaceChildren();
      document.title = title;
      const present = hooks.live();
      if (present) root.yiping.screen.apply(wall, present, null);
      for (const node of wall.root.querySelectorAll(".pulse")) node.classList.remove("pulse");
    }

    paint();
    list();
    return { press, tick, close };
  }

  const api = { open, nearest, move, last, stepOf, readable };
  root.yiping = Object.assign(root.yiping || {}, { replay: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

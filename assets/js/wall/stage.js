/* The director's hands: keys and pictures become events, states become scenes, words and rows of
   the log. All judgement is in director.js. */
(function (root) {
  "use strict";

  const { el, text, data, show } = root.yiping.dom;
  const KEYS = ["turn", "numbers", "arrows", "alerts", "home", "pause", "modes", "replay", "open", "help"];
  const OURS = /^(Escape|Enter|Home|End|PageUp|PageDown|Tab|Arrow(Left|Right|Up|Down)|[1-9]| |\?|[dser])$/i;

  /* options: stat, query (URLSearchParams), line, onReplay(on). One for the life of the page. */
  function open({ stat, query, line, onReplay }) {
    const named = stat.walls.find((one) => one.code === query.get("profile"));
    const chosen = named || stat.walls[0];
    const config = { modes: chosen.modes };
    const now = () => performance.now();
    const scene = query.get("scene");
    const log = root.yiping.directorLog.open({
      profile: chosen.code,
      now,
      fetch: (url, init) => root.fetch(url, init),
      cookies: () => document.cookie,
    });
    const stage = { wall: null, chosen, config, log, replay: null, onReplay, line };
    stage.state = root.yiping.director.start(config, {
      mode: query.get("mode") || "daily",
      auto: Boolean(named),
      scene: scene && root.yiping.scene.exists(stat, scene) ? scene : null,
      now: now(),
    });
    stage.send = (event) => {
      const before = stage.state;
      const result = root.yiping.director.reduce(config, before, Object.assign({ now: now() }, event));
      stage.state = result.state;
      log.add(result.switches);
      if (stage.wall && stage.state !== before) follow(stage, before);
    };
    return stage;
  }

  /* A new wall element: the first, or after the page was drawn anew. */
  function adopt(stage, wall) {
    stage.wall = wall;
    wall.sceneName = null;
    buildHelp(wall);
    follow(stage, null);
  }

  function follow(stage, before) {
    const { wall, state } = stage;
    const was = before || {};
    if (Boolean(was.replay) !== state.replay) turnReplay(stage);
    root.yiping.scene.display(wall, state.scene);
    if (was.mode !== state.mode && before) remember(state.mode);
    paintBadge(stage);
    if (was.call !== state.call) paintCall(stage);
    show(document.getElementById("wall-help"), state.help);
  }

  function turnReplay(stage) {
    const { wall, state } = stage;
    if (state.replay) {
      stage.replay = root.yiping.replay.open(wall, { live: () => stage.line.snapshot });
    } else if (stage.replay) {
      stage.replay.close();
      stage.replay = null;
    }
    stage.onReplay(state.replay);
  }

  /* The mode goes into the address, so that a wall that loads anew is in it again. */
  function remember(mode) {
    const url = new URL(root.location.href);
    url.searchParams.set("mode", mode);
    url.searchParams.delete("scene");
    root.history.replaceState(root.history.state, "", url);
  }

  function paintBadge(stage) {
    const { wall, state, config } = stage;
    const mode = config.modes[state.mode];
    const words = [wall.t("wall.mode." + state.mode)];
    if (mode["name_" + wall.lang]) words.push(mode["name_" + wall.lang]);
    const at = mode.scenes.indexOf(state.scene);
    if (state.replay) words.splice(0, words.length, wall.t("wall.replay"));
    else if (state.focus) words.push(wall.t(state.focus.storm ? "wall.focus.storm" : "wall.focus"));
    else if (state.paused) words.push(wall.t("wall.paused"));
    else if (state.auto && !state.byHand && mode.scenes.length > 1 && at >= 0) words.push(at + 1 + "/" + mode.scenes.length);
    text(wall.top.mode, words.join(" · "));
    const page = document.documentElement;
    data(page, "mode", state.mode);
    data(page, "focus", state.focus ? "1" : "0");
    const steered = state.byHand || !state.auto ? "hand" : "auto";
    data(page, "director", state.replay ? "replay" : state.paused ? "paused" : steered);
  }

  function paintCall(stage) {
    const { wall, state } = stage;
    const node = document.getElementById("wall-call");
    show(node, state.call !== null);
    if (!state.call) return;
    const names = state.call.signs.slice(-3).map((code) => wall.short(wall.sign.get(code)));
    const list = names.join(wall.t("wall.say.join"));
    node.replaceChildren(
      el("strong", "", wall.t("wall.call", { n: state.call.signs.length })),
      el("span", "", list),
      el("span", "hint", wall.t("wall.call.keys"))
    );
  }

  function buildHelp(wall) {
    const node = document.getElementById("wall-help");
    const list = el("dl", "wall-keys");
    for (const key of KEYS) {
      list.append(el("dt", "", wall.t("wall.key." + key)), el("dd", "", wall.t("wall.does." + key)));
    }
    const title = el("h2", "", wall.t("wall.help"));
    title.id = "wall-help-title";
    node.setAttribute("aria-labelledby", title.id);
    node.replaceChildren(title, list);
  }

  /* sign → rank of its worst place, from the alerts of a picture. */
  function grades(stage, snapshot) {
    const { RANK } = root.yiping.director;
    const signs = {};
    for (const { sign, state } of snapshot.alerts) {
      if (!stage.wall.sign.has(sign)) continue;
      signs[sign] = Math.max(signs[sign] || 0, RANK[state] || 0);
    }
    return signs;
  }

  function hear(stage, snapshot) {
    if (stage.wall) stage.send({ type: "alerts", signs: grades(stage, snapshot) });
  }

  function tick(stage) {
    if (!stage.wall) return;
    stage.send({ type: "tick" });
    if (stage.replay) stage.replay.tick();
    stage.log.tick();
  }

  /* What a key does; the browser keeps its own for Tab, links and anything with Ctrl. */
  function press(stage, event) {
    if (!stage.wall || event.ctrlKey || event.metaKey || event.altKey || !OURS.test(event.key)) return;
    const { target, key } = event;
    if (target.closest && target.closest("a, input, textarea, select") && /^(Enter| )$/.test(key)) return;
    if (key !== "Tab") event.preventDefault();
    const scene = key === "Enter" && !stage.state.call && target.dataset && target.dataset.opens;
    if (scene) return stage.send({ type: "go", scene });
    const alerts = (stage.wall.groups || []).map((group) => group.sign);
    if (stage.replay && stage.replay.press(event)) return stage.send({ type: "key", key: "Shift" });
    stage.send({ type: "key", key, alerts });
    return undefined;
  }

  /* A wall has no pointer, a desk that looks at it has: a sign or an alert opens its scene. */
  function point(stage, event) {
    const target = stage.wall && event.target.closest("#wall [data-opens]");
    if (target && !event.target.closest("a")) stage.send({ type: "go", scene: target.dataset.opens });
  }

  root.yiping = Object.assign(root.yiping || {}, { stage: { open, adopt, hear, tick, press, point } });
})(window);

/* The director of the wall: which scene stands, and why. Pure: a state and an event give the next
   state and the switches to be written down. It never reads a clock: every event brings `now` in
   ms, from any start, that never runs backwards.

   A scene is "home", "map", "domain:<code>" or "sign:<code>". The order of precedence: the replay,
   a hand at the keys, a fresh alarm, the turn. No automatic switch follows another one within
   MIN_DWELL_MS, whatever the alarms do. */
(function (root) {
  "use strict";

  const MIN_DWELL_MS = 8000;
  const DEBOUNCE_MS = 6000; // an alarm that is over before that does not take the screen
  const COOL_MS = 600000; // the same sign, no worse than before, does not take it again so soon
  const STORM = 4; // so many signs at once are one storm: the map shows them together
  const STORM_MS = 60000;
  const CALL_MS = 120000; // how long an alarm that may not take the screen is announced
  const PAUSE_MS = 1800000; // a pause that somebody forgot ends by itself
  const REPLAY_MS = 300000; // a wall does not stay in the past when its reader has left
  const RANK = { attention: 1, warning: 2, alarm: 3 };
  const MODE_KEYS = { d: "daily", s: "special", e: "emergency" };

  /* options: {mode, auto, scene|null, now}. Without `auto` nothing moves by itself. */
  function start(config, { mode, auto, scene, now }) {
    const chosen = config.modes[mode] ? mode : "daily";
    return {
      mode: chosen,
      scene: scene || config.modes[chosen].home,
      base: scene || null, // home of a wall whose address names a scene
      since: now,
      auto: Boolean(auto),
      paused: false,
      byHand: false,
      touched: now,
      turn: 0,
      replay: false,
      help: false,
      known: null, // sign → rank in the last picture; null before the first
      waiting: [], // [{sign, rank, at}]: fresh, not yet old enough
      shown: {}, // sign → {rank, at}: when it last took the screen
      restUntil: now,
      focus: null, // {storm, signs, rank, back, until}
      call: null, // {signs, until}
    };
  }

  function modeOf(config, state) {
    return config.modes[state.mode];
  }

  function homeOf(config, state) {
    return state.base || modeOf(config, state).home;
  }

  function go(state, scene, why, now) {
    if (scene === state.scene) return [Object.assign({}, state, { since: now }), []];
    const turned = Object.assign({}, state, { scene, since: now });
    return [turned, [{ from: state.scene, to: scene, why, mode: state.mode }]];
  }

  /* What is new since the last picture joins those that wait; what is over leaves them. */
  function hear(state, signs, now) {
    if (state.known === null) return Object.assign({}, state, { known: signs });
    const held = state.waiting.filter((one) => (signs[one.sign] || 0) >= one.rank);
    const waits = new Set(held.map((one) => one.sign));
    for (const sign of Object.keys(signs)) {
      const rank = signs[sign];
      if (rank < RANK.warning || rank <= (state.known[sign] || 0) || waits.has(sign)) continue;
      held.push({ sign, rank, at: now });
    }
    return Object.assign({}, state, { known: signs, waiting: held });
  }

  function isFresh(mode, state, one, now) {
    const wanted = mode.focus.some((grade) => RANK[grade] === one.rank);
    const before = state.shown[one.sign];
    return wanted && (!before || one.rank > before.rank || now - before.at > COOL_MS);
  }

  /* [those that may take the screen, gravest first; those that still wait]. */
  function ripe(mode, state, now) {
    const fresh = state.waiting.filter((one) => isFresh(mode, state, one, now));
    const ready = fresh.filter((one) => now - one.at >= DEBOUNCE_MS);
    ready.sort((a, b) => b.rank - a.rank || a.at - b.at || (a.sign < b.sign ? -1 : 1));
    return [ready, fresh.filter((one) => !ready.includes(one))];
  }

  function remember(state, ones, now) {
    const shown = Object.assign({}, state.shown);
    for (const { sign, rank } of ones) shown[sign] = { rank, at: now };
    return shown;
  }

  /* Fresh alarms that may not take the screen are announced, one line for all of them. */
  function announce(state, ready, rest, now) {
    const signs = state.call ? state.call.signs.slice() : [];
    for (const { sign } of ready) if (!signs.includes(sign)) signs.push(sign);
    const call = ready.length ? { signs, until: now + CALL_MS } : state.call;
    return Object.assign({}, state, { call, waiting: rest, shown: remember(state, ready, now) });
  }

  /* The screen goes to the gravest of `ready`, or to the map when they are many. */
  function take(config, state, ready, rest, now) {
    const mode = modeOf(config, state);
    const before = state.focus;
    const signs = before ? before.signs : [];
    const storm = ready.length + signs.length >= STORM;
    const taken = storm ? ready : ready.slice(0, 1);
    const focus = {
      storm,
      signs: signs.concat(taken.map((one) => one.sign)),
      rank: taken[0].rank,
      back: before ? before.back : state.scene,
      until: now + (storm ? Math.max(STORM_MS, mode.focus_ms) : mode.focus_ms),
    };
    const next = Object.assign({}, state, {
      focus,
      byHand: false,
      help: false,
      call: null,
      waiting: rest.concat(ready.filter((one) => !taken.includes(one))),
      shown: remember(state, taken, now),
    });
    return go(next, storm ? "map" : "sign:" + taken[0].sign, storm ? "storm" : "alarm", now);
  }

  /* In a focus: worse news comes next after the least dwell, a storm takes in all there is. */
  function during(config, state, ready, rest, now) {
    const { focus } = state;
    const stood = now - state.since >= MIN_DWELL_MS;
    if (focus.storm) {
      const signs = focus.signs.concat(ready.map((one) => one.sign));
      state = Object.assign({}, state, {
        focus: Object.assign({}, focus, { signs }),
        waiting: rest,
        shown: remember(state, ready, now),
      });
    } else if (ready.length && stood) {
      const due = now >= focus.until;
      const worse = ready[0].rank > focus.rank || ready.length + focus.signs.length >= STORM;
      if (due || worse) return take(config, state, ready, rest, now);
    }
    return stood && now >= focus.until ? release(config, state, now) : [state, []];
  }

  function release(config, state, now) {
    const { focus } = state;
    const rest = focus.storm ? modeOf(config, state).focus_ms : MIN_DWELL_MS;
    const freed = Object.assign({}, state, { focus: null, restUntil: now + rest });
    return go(freed, focus.back, "return", now);
  }

  function tick(config, state, now) {
    const mode = modeOf(config, state);
    if (state.call && now >= state.call.until) state = Object.assign({}, state, { call: null });
    const [ready, rest] = ripe(mode, state, now);
    if (state.replay) {
      state = announce(state, ready, rest, now);
      return now - state.touched >= REPLAY_MS ? leaveReplay(state, now) : [state, []];
    }
    if (state.help && now - state.touched >= mode.idle_ms) {
      state = Object.assign({}, state, { help: false });
    }
    if (state.byHand && now - state.touched >= mode.idle_ms) return rested(config, state, now);
    if (state.paused && now - state.touched >= PAUSE_MS) {
      state = Object.assign({}, state, { paused: false, since: now });
    }
    if (state.focus) return during(config, state, ready, rest, now);
    return free(config, state, ready, rest, now);
  }

  function free(config, state, ready, rest, now) {
    const mode = modeOf(config, state);
    const held = state.paused || state.byHand;
    if (!state.auto) return [Object.assign({}, state, { waiting: [] }), []];
    if (held && !mode.interrupt) return [announce(state, ready, rest, now), []];
    if (ready.length && now - state.since >= MIN_DWELL_MS && now >= state.restUntil) {
      return take(config, state, ready, rest, now);
    }
    const due = !held && !ready.length && now - state.since >= mode.dwell_ms; // an alarm goes first
    return due ? step(config, state, 1, "turn", now) : [state, []];
  }

  /* The hand that steered has left: home, and the turn goes on. */
  function rested(config, state, now) {
    const left = Object.assign({}, state, { byHand: false, turn: 0 });
    return go(left, homeOf(config, state), "idle", now);
  }

  function step(config, state, by, why, now) {
    const { scenes } = modeOf(config, state);
    const at = scenes.indexOf(state.scene);
    const from = at < 0 ? state.turn - (by > 0 ? 1 : 0) : at;
    const turn = (((from + by) % scenes.length) + scenes.length) % scenes.length;
    return go(Object.assign({}, state, { turn }), scenes[turn], why, now);
  }

  function steer(state) {
    return Object.assign({}, state, { byHand: true, focus: null, help: false });
  }

  function leaveReplay(state, now) {
    const live = Object.assign({}, state, { replay: false, byHand: true, touched: now, since: now });
    return [live, [{ from: "replay", to: state.scene, why: "live", mode: state.mode }]];
  }

  function enterReplay(config, state, now) {
    const scene = state.scene.startsWith("sign:") ? "home" : state.scene; // no streets are kept
    const past = Object.assign({}, steer(state), { replay: true, scene, since: now });
    return [past, [{ from: state.scene, to: "replay", why: "replay", mode: state.mode }]];
  }

  function changeMode(config, state, mode, now) {
    if (!config.modes[mode] || mode === state.mode) return [state, []];
    const changed = Object.assign({}, state, {
      mode,
      base: null,
      byHand: false,
      paused: false,
      focus: null,
      turn: 0,
    });
    const { home } = config.modes[mode];
    const switches = [{ from: state.scene, to: home, why: "mode", mode }];
    return [Object.assign(changed, { scene: home, since: now }), switches];
  }

  function escape(config, state, now) {
    if (state.help) return [Object.assign({}, state, { help: false }), []];
    if (state.replay) return leaveReplay(state, now);
    if (state.call) return [Object.assign({}, state, { call: null }), []];
    if (state.focus) return go(steer(state), state.focus.back, "key", now);
    return go(steer(state), homeOf(config, state), "key", now);
  }

  function pause(state, now) {
    const held = { auto: true, paused: state.auto && !state.paused };
    if (!held.paused) Object.assign(held, { byHand: false, since: now });
    return [Object.assign({}, state, held), []];
  }

  /* The alerts one by one, the worst first. */
  function alongAlerts(state, signs, by, now) {
    if (!signs.length) return [state, []];
    const at = signs.indexOf(state.scene.replace(/^sign:/, ""));
    const next = at < 0 ? (by > 0 ? 0 : signs.length - 1) : (at + by + signs.length) % signs.length;
    return go(steer(state), "sign:" + signs[next], "key", now);
  }

  function answer(state, now) {
    if (!state.call) return [state, []];
    const { signs } = state.call;
    const scene = signs.length >= STORM ? "map" : "sign:" + signs[signs.length - 1];
    const heard = Object.assign({}, steer(state), { call: null });
    if (!state.replay) return go(heard, scene, "key", now);
    const [live, left] = leaveReplay(heard, now);
    const [there, went] = go(live, scene, "key", now);
    return [there, left.concat(went)];
  }

  function digit(config, state, key, now) {
    const scene = modeOf(config, state).scenes[Number(key) - 1];
    if (!scene || (state.replay && scene.startsWith("sign:"))) return [state, []];
    return go(steer(state), scene, "key", now);
  }

  /* In a replay the arrows move in time, not between scenes: those keys are not for us. */
  function press(config, state, { key, now, alerts }) {
    state = Object.assign({}, state, { touched: now });
    const small = key.toLowerCase();
    if (key === "?") return [Object.assign({}, state, { help: !state.help }), []];
    if (key === "Escape") return escape(config, state, now);
    if (key === "Enter") return answer(state, now);
    if (/^[1-9]$/.test(key)) return digit(config, state, key, now);
    if (small === "r") {
      return state.replay ? leaveReplay(state, now) : enterReplay(config, state, now);
    }
    if (state.replay) return [state, []];
    if (key === " ") return pause(state, now);
    if (key === "Tab") return [steer(state), []]; // somebody looks at what stands
    if (key === "Home") return go(steer(state), homeOf(config, state), "key", now);
    if (key === "ArrowRight") return step(config, steer(state), 1, "key", now);
    if (key === "ArrowLeft") return step(config, steer(state), -1, "key", now);
    if (key === "ArrowDown") return alongAlerts(state, alerts || [], 1, now);
    if (key === "ArrowUp") return alongAlerts(state, alerts || [], -1, now);
    if (small in MODE_KEYS) return changeMode(config, state, MODE_KEYS[small], now);
    return [state, []];
  }

  /* event: {type: "alerts", signs: {code: rank}} | {type: "tick"} | {type: "go", scene}
     | {type: "key", key, alerts: [code, …]}, each with `now`. → {state, switches}. */
  function reduce(config, state, event) {
    let result = [state, []];
    if (event.type === "alerts") result = [hear(state, event.signs, event.now), []];
    if (event.type === "tick") result = tick(config, state, event.now);
    if (event.type === "key") result = press(config, state, event);
    if (event.type === "go" && !state.replay) {
      const touched = Object.assign(steer(state), { touched: event.now });
      result = go(touched, event.scene, "key", event.now);
    }
    return { state: result[0], switches: result[1] };
  }

  const api = { start, reduce, RANK, MIN_DWELL_MS, DEBOUNCE_MS, COOL_MS, STORM, STORM_MS };
  Object.assign(api, { CALL_MS, PAUSE_MS, REPLAY_MS });
  root.yiping = Object.assign(root.yiping || {}, { director: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);

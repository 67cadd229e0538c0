import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const director = load("wall/director");
const { MIN_DWELL_MS, DEBOUNCE_MS, COOL_MS, STORM, STORM_MS, CALL_MS, PAUSE_MS, REPLAY_MS } = director;
const MODE = {
  scenes: ["home", "map", "domain:a"],
  home: "home",
  dwell_ms: 30000,
  focus: ["alarm", "warning"],
  focus_ms: 20000,
  idle_ms: 60000,
  interrupt: false,
};
const CONFIG = {
  profile: "hall",
  modes: {
    daily: MODE,
    special: { ...MODE, scenes: ["sign:R", "map"], home: "map", dwell_ms: 15000 },
    emergency: { ...MODE, scenes: ["map"], home: "map", focus: ["alarm"], interrupt: true },
  },
};
const [WARNING, ALARM] = [2, 3];

/* A wall driven by hand: time passes in seconds, as the wall's tick does. */
function wall(options = {}) {
  const stage = { now: 1000, log: [], at: [] };
  stage.state = director.start(CONFIG, { mode: "daily", auto: true, scene: null, now: 1000, ...options });
  stage.send = (event) => {
    const result = director.reduce(CONFIG, stage.state, { now: stage.now, ...event });
    stage.state = result.state;
    for (const one of result.switches) {
      stage.log.push(`${one.from} > ${one.to}: ${one.why}`);
      stage.at.push([stage.now, one.why]);
    }
    return stage;
  };
  stage.wait = (seconds) => {
    for (let i = 0; i < seconds; i += 1) {
      stage.now += 1000;
      stage.send({ type: "tick" });
    }
    return stage;
  };
  stage.hear = (signs) => stage.send({ type: "alerts", signs });
  stage.press = (...keys) => {
    for (const key of keys) stage.send({ type: "key", key, alerts: ["P", "Q"] });
    return stage;
  };
  stage.fresh = (signs) => stage.hear({}).hear(signs).wait(DEBOUNCE_MS / 1000);
  return stage;
}

test("the scenes come in turn, each for its dwell", () => {
  const one = wall().wait(29);
  assert.equal(one.state.scene, "home");
  one.wait(1);
  assert.equal(one.state.scene, "map");
  one.wait(60);
  assert.equal(one.state.scene, "home");
  assert.deepEqual(one.log, ["home > map: turn", "map > domain:a: turn", "domain:a > home: turn"]);
});

test("without a profile nothing moves by itself, and nothing is announced", () => {
  const one = wall({ auto: false }).fresh({ A: ALARM }).wait(500);
  assert.deepEqual([one.state.scene, one.log, one.state.call], ["home", [], null]);
  one.press(" ").wait(30);
  assert.equal(one.state.scene, "map"); // Space sets it going
});

test("space pauses, space resumes with a whole dwell", () => {
  const one = wall().wait(25).press(" ").wait(300);
  assert.equal(one.state.scene, "home");
  one.press(" ").wait(29);
  assert.equal(one.state.scene, "home");
  one.wait(1);
  assert.equal(one.state.scene, "map");
});

test("a pause that somebody forgot ends", () => {
  const one = wall().press(" ").wait(PAUSE_MS / 1000 + 31);
  assert.equal(one.state.paused, false);
  assert.deepEqual(one.log, ["home > map: turn"]);
});

test("what stands at page load is not fresh", () => {
  const one = wall().hear({ A: ALARM, B: WARNING }).wait(20);
  assert.deepEqual(one.log, []);
  one.hear({ A: ALARM, B: WARNING }).wait(9);
  assert.deepEqual(one.log, []);
});

test("a fresh alarm takes the screen after its debounce and gives it back", () => {
  const one = wall().hear({}).wait(10).hear({ A: ALARM }).wait(DEBOUNCE_MS / 1000 - 1);
  assert.equal(one.state.scene, "home");
  one.wait(1);
  assert.equal(one.state.scene, "sign:A");
  one.wait(19);
  assert.equal(one.state.scene, "sign:A");
  one.wait(1);
  assert.deepEqual(one.log, ["home > sign:A: alarm", "sign:A > home: return"]);
  assert.deepEqual([one.state.focus, one.state.byHand], [null, false]);
});

test("an alarm that is due goes before the turn, however short the scenes stand", () => {
  const short = { ...MODE, dwell_ms: 3000 };
  const config = { ...CONFIG, modes: { ...CONFIG.modes, daily: short } };
  let state = director.start(config, { mode: "daily", auto: true, scene: null, now: 0 });
  const send = (event) => ({ state } = director.reduce(config, state, event));
  send({ type: "alerts", signs: {}, now: 0 });
  send({ type: "alerts", signs: { A: ALARM }, now: 0 });
  for (let now = 1000; now <= 20000; now += 1000) send({ type: "tick", now });
  assert.equal(state.scene, "sign:A");
});

test("it goes back to the scene that stood, and the turn goes on from there", () => {
  const one = wall().hear({}).wait(30).hear({ A: WARNING }).wait(40);
  assert.deepEqual(one.log, ["home > map: turn", "map > sign:A: alarm", "sign:A > map: return"]);
  one.wait(30);
  assert.equal(one.state.scene, "domain:a");
});

test("an alarm that is over before its debounce does not take the screen", () => {
  const one = wall().hear({}).wait(10);
  for (let i = 0; i < 6; i += 1) one.hear({ A: ALARM }).wait(2).hear({}).wait(1);
  assert.deepEqual(one.log, []);
});

test("attention never takes the screen", () => {
  assert.deepEqual(wall().wait(10).fresh({ A: 1 }).wait(10).log, []);
});

test("a sign that swings takes the screen once in a while only, unless it gets worse", () => {
  const one = wall({ scene: "map" }).hear({}).wait(10);
  const long = { ...CONFIG.modes.daily, dwell_ms: 1e9 };
  const still = { ...CONFIG, modes: { ...CONFIG.modes, daily: long } };
  one.send = ((send) => (event) => {
    const result = director.reduce(still, one.state, { now: one.now, ...event });
    one.state = result.state;
    for (const it of result.switches) one.log.push(it.why);
    return one;
  })(one.send);
  for (let i = 0; i < 10; i += 1) one.hear({ A: WARNING }).wait(10).hear({}).wait(20);
  assert.deepEqual(one.log, ["alarm", "return"]);
  one.hear({ A: ALARM }).wait(40);
  assert.deepEqual(one.log.slice(2), ["alarm", "return"]);
  one.hear({}).wait(COOL_MS / 1000).hear({ A: WARNING }).wait(10);
  assert.equal(one.log.length, 5);
});

test("two alarms follow one another, the graver first", () => {
  const one = wall().wait(10).fresh({ A: WARNING, B: ALARM }).wait(1);
  assert.equal(one.state.scene, "sign:B");
  one.wait(20);
  assert.equal(one.state.scene, "sign:A");
  one.wait(20);
  assert.deepEqual(one.log, [
    "home > sign:B: alarm",
    "sign:B > sign:A: alarm",
    "sign:A > home: return",
  ]);
});

test("worse news interrupts a focus, after the least dwell", () => {
  const one = wall().wait(10).fresh({ A: WARNING });
  assert.equal(one.state.scene, "sign:A");
  one.hear({ A: WARNING, B: ALARM }).wait(MIN_DWELL_MS / 1000 - 1);
  assert.equal(one.state.scene, "sign:A");
  one.wait(1);
  assert.equal(one.state.scene, "sign:B");
  one.wait(20);
  assert.equal(one.state.scene, "home");
});

test("a storm is one switch: the map, and back", () => {
  const storm = Object.fromEntries(Array.from({ length: 30 }, (_, n) => ["S" + n, ALARM]));
  const one = wall().wait(10).fresh(storm);
  assert.deepEqual([one.state.scene, one.state.focus.storm], ["map", true]);
  for (let n = 30; n < 60; n += 1) one.hear({ ...storm, ["S" + n]: ALARM }).wait(1);
  one.wait(STORM_MS / 1000 - 30);
  assert.deepEqual(one.log, ["home > map: storm", "map > home: return"]);
});

test("signs one by one become a storm when they are many", () => {
  const one = wall().wait(10);
  const signs = {};
  one.hear({});
  for (let n = 0; n < STORM; n += 1) {
    signs["S" + n] = ALARM;
    one.hear({ ...signs }).wait(3);
  }
  one.wait(10);
  assert.equal(one.log.at(-1), "sign:S0 > map: storm");
});

test("whatever the alarms do, automatic switches keep their distance", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (const mode of ["daily", "special", "emergency"]) {
    const one = wall({ mode }).hear({});
    const signs = {};
    for (let i = 0; i < 4000; i += 1) {
      const sign = "S" + Math.floor(random() * 20);
      signs[sign] = Math.floor(random() * 4);
      if (random() < 0.5) one.hear({ ...signs });
      one.wait(1);
    }
    const times = one.at.map(([now]) => now);
    const gaps = times.slice(1).map((now, i) => now - times[i]);
    assert.ok(times.length > 20, mode);
    assert.ok(Math.min(...gaps) >= MIN_DWELL_MS, mode + Math.min(...gaps));
    assert.ok(one.state.waiting.length <= 20 && Object.keys(one.state.shown).length <= 20);
  }
});

test("numbers and arrows go to scenes, and the hand is left alone", () => {
  const one = wall().press("3").wait(59);
  assert.equal(one.state.scene, "domain:a");
  one.press("ArrowRight");
  assert.equal(one.state.scene, "home");
  one.press("ArrowLeft", "ArrowLeft");
  assert.equal(one.state.scene, "map");
  one.press("9", "x", "Tab");
  assert.equal(one.state.scene, "map");
});

test("idle leads home, then the turn goes on", () => {
  const one = wall().press("3").wait(60);
  assert.deepEqual([one.state.scene, one.state.byHand], ["home", false]);
  assert.equal(one.log.at(-1), "domain:a > home: idle");
  one.wait(30);
  assert.equal(one.state.scene, "map");
  const still = wall({ auto: false }).press("3").wait(60);
  assert.equal(still.state.scene, "home");
});

test("home and escape lead home; escape leaves a focus first", () => {
  const one = wall().press("3", "Home");
  assert.equal(one.state.scene, "home");
  one.press("2", "Escape");
  assert.equal(one.state.scene, "home");
  const two = wall().hear({}).wait(35).hear({ A: ALARM }).wait(15);
  assert.equal(two.state.scene, "sign:A");
  two.press("Escape");
  assert.deepEqual([two.state.scene, two.state.focus], ["map", null]);
});

test("up and down go along the alerts", () => {
  const one = wall().press("ArrowDown");
  assert.equal(one.state.scene, "sign:P");
  one.press("ArrowDown");
  assert.equal(one.state.scene, "sign:Q");
  one.press("ArrowDown", "ArrowUp", "ArrowUp");
  assert.equal(one.state.scene, "sign:P");
  const none = wall().send({ type: "key", key: "ArrowDown", alerts: [] });
  assert.equal(none.state.scene, "home");
});

test("while somebody steers or has paused, alarms are announced and wait for Enter", () => {
  for (const key of ["3", " "]) {
    const one = wall().hear({}).press(key).hear({ A: ALARM }).wait(DEBOUNCE_MS / 1000);
    assert.notEqual(one.state.scene, "sign:A");
    assert.deepEqual(one.state.call.signs, ["A"]);
    one.press("Enter");
    assert.deepEqual([one.state.scene, one.state.call], ["sign:A", null]);
  }
  const two = wall().hear({}).press("3").hear({ A: ALARM }).wait(7).press("Escape");
  assert.deepEqual([two.state.scene, two.state.call], ["domain:a", null]);
  const three = wall().hear({}).press(" ").hear({ A: ALARM }).wait(CALL_MS / 1000 + 7);
  assert.deepEqual([three.state.scene, three.state.call], ["home", null]);
});

test("in an emergency an alarm also takes a screen that is paused; warnings do not", () => {
  const one = wall({ mode: "emergency" }).hear({}).wait(10).press(" ").hear({ A: ALARM, B: WARNING });
  one.wait(DEBOUNCE_MS / 1000);
  assert.equal(one.state.scene, "sign:A");
  one.wait(20);
  assert.deepEqual(one.log, ["map > sign:A: alarm", "sign:A > map: return"]);
  assert.equal(one.state.paused, true);
});

test("modes by key: home of the mode, its scenes, its dwell", () => {
  const one = wall().press("s");
  assert.deepEqual([one.state.mode, one.state.scene], ["special", "map"]);
  one.wait(15);
  assert.equal(one.state.scene, "sign:R");
  one.press("E", "e", "D");
  assert.deepEqual([one.state.mode, one.state.scene], ["daily", "home"]);
  assert.deepEqual(one.log.slice(-2), ["sign:R > map: mode", "map > home: mode"]);
  assert.equal(wall({ mode: "party" }).state.mode, "daily");
});

test("the map is the home that an emergency never leaves by itself", () => {
  assert.deepEqual(wall({ mode: "emergency" }).wait(3600).log, []);
});

test("a scene in the address is home", () => {
  const one = wall({ scene: "sign:Z", auto: false }).wait(999);
  assert.equal(one.state.scene, "sign:Z");
  one.press("2").wait(60);
  assert.equal(one.state.scene, "sign:Z");
});

test("the help opens and closes; it does not move the wall", () => {
  const one = wall().press("?");
  assert.equal(one.state.help, true);
  one.press("Escape");
  assert.deepEqual([one.state.help, one.state.scene, one.log], [false, "home", []]);
  assert.equal(wall().press("?").wait(60).state.help, false);
});

test("a replay holds the wall; alarms of the present are announced in it", () => {
  const one = wall().hear({}).press("2", "r").wait(120);
  assert.deepEqual([one.state.replay, one.state.scene], [true, "map"]);
  one.press("ArrowRight", "ArrowDown", " ", "s", "Home");
  assert.deepEqual([one.state.scene, one.state.mode], ["map", "daily"]);
  one.press("3");
  assert.equal(one.state.scene, "domain:a");
  one.hear({ A: ALARM }).wait(10);
  assert.deepEqual([one.state.scene, one.state.call.signs], ["domain:a", ["A"]]);
  one.press("Enter");
  assert.deepEqual([one.state.replay, one.state.scene], [false, "sign:A"]);
  assert.deepEqual(one.log.slice(1), [
    "map > replay: replay",
    "map > domain:a: key",
    "replay > domain:a: live",
    "domain:a > sign:A: key",
  ]);
});

test("a replay begins outside of a sign, ends by key or when its reader has left", () => {
  const one = wall().press("ArrowDown", "r");
  assert.deepEqual([one.state.replay, one.state.scene], [true, "home"]);
  one.press("Escape");
  assert.deepEqual([one.state.replay, one.log.at(-1)], [false, "replay > home: live"]);
  one.press("r").wait(REPLAY_MS / 1000 - 1);
  assert.equal(one.state.replay, true);
  one.wait(1);
  assert.equal(one.state.replay, false);
  const two = wall({ mode: "special" }).press("r", "1");
  assert.equal(two.state.scene, "map"); // no streets of the past are kept for a sign
});

test("whoever opens a sign by Enter on a card steers by hand", () => {
  const one = wall().send({ type: "go", scene: "sign:K" });
  assert.deepEqual([one.state.scene, one.state.byHand], ["sign:K", true]);
});

test("nothing given is changed", () => {
  const state = Object.freeze(director.start(CONFIG, { mode: "daily", auto: true, scene: null, now: 0 }));
  for (const list of [state.waiting, state.shown]) Object.freeze(list);
  for (const key of ["1", "2", " ", "r", "Escape", "e", "Enter", "ArrowLeft", "?"]) {
    director.reduce(CONFIG, state, { type: "key", key, now: 5, alerts: ["A"] });
  }
  director.reduce(CONFIG, state, { type: "alerts", signs: { A: 3 }, now: 5 });
  director.reduce(CONFIG, state, { type: "tick", now: 1e6 });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { labels, load } from "./modules.mjs";

const format = load("base/format");
const { build, clauses } = load("wall/sentence");
const NOW = Date.parse("2026-11-23T05:42:00.000Z");
const NONE = { alarm: 0, warning: 0, attention: 0 };
const ALERT = {
  sign: "X",
  street: "S",
  state: "alarm",
  value: 32,
  since: "2026-11-23T05:00:00.000Z",
  department: "D",
};

function say(lang) {
  const words = labels(lang);
  const t = format.translator(words);
  return {
    t,
    now: NOW,
    city: lang === "zh" ? "浦东新区" : "Pudong",
    state: (state) => t("state." + state).toLowerCase(),
    place: (code) => (code ? { zh: "惠南镇", en: "Huinan" }[lang] : t("wall.place.district")),
    sign: () => ({ zh: "下立交积水", en: "Underpass water" })[lang],
    value: (_, value) => value + " cm",
    owner: () => ({ zh: "水务局", en: "Water Bureau" })[lang],
    lasting: (ms) => format.words(ms, t),
  };
}

const domain = (counts) => ({
  signs: 117,
  normal: 117,
  attention: 0,
  warning: 0,
  alarm: 0,
  unknown: 0,
  never: 0,
  ...counts,
});
const zh = (counts, grades, alert) =>
  build([domain(counts)], { ...NONE, ...grades }, alert || null, say("zh"));

test("the worst first: what, where, how long, whose, and what else", () => {
  const counts = { normal: 106, alarm: 1, warning: 3, attention: 7 };
  assert.equal(
    zh(counts, { alarm: 1, warning: 3, attention: 7 }, ALERT),
    "惠南镇下立交积水 32 cm，告警已持续 42 分钟，归口水务局；另有 3 项预警、7 项关注。"
  );
});

test("the same in English", () => {
  const words = build([domain({ alarm: 1, unknown: 2, never: 2 })], { ...NONE, alarm: 2 }, ALERT, say("en"));
  assert.equal(
    words,
    "Huinan: Underpass water 32 cm, alarm for 42 min; owner Water Bureau; also 1 in alarm. 2 without data."
  );
});

test("alone and without a beginning", () => {
  const alert = { ...ALERT, street: null, since: null };
  assert.equal(zh({}, { alarm: 1 }, alert), "全区下立交积水 32 cm，告警，归口水务局。");
});

test("a calm day says so, and counts what is missing", () => {
  assert.equal(zh({}, {}), "浦东新区大体平稳：117 项体征中 117 项正常，没有告警和预警。");
  assert.equal(
    zh({ normal: 112, attention: 3, unknown: 2 }, { attention: 3 }, { ...ALERT, state: "attention" }),
    "浦东新区大体平稳：117 项体征中 112 项正常，没有告警和预警，3 项需要关注。2 项无数据。"
  );
});

test("too little data is never called calm", () => {
  assert.equal(
    zh({ normal: 58, unknown: 59, never: 0 }, {}),
    "117 项体征中 59 项没有可用数据，不足以判断全区状况。"
  );
  assert.equal(zh({ normal: 0, unknown: 117, never: 117 }, {}), "尚未收到任何读数。");
});

test("clauses join to the sentence again and never split a number", () => {
  const words = "惠南镇下立交积水 1,260 户，告警；另有 1 项。6 项无数据。";
  assert.equal(clauses(words).join(""), words);
  assert.deepEqual(clauses("A: 1,260.5 cm, alarm; owner B. 2 left."), [
    "A: 1,260.5 cm, alarm; ",
    "owner B. ",
    "2 left.",
  ]);
});

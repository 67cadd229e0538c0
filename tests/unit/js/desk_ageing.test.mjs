import assert from "node:assert/strict";
import { test } from "node:test";
import { CHINA, labels, load } from "./modules.mjs";

const { seen } = load("desk/desk_ageing");
const format = load("base/format");
const { freshness } = load("base/ageing");
const say = { t: format.translator(labels("zh")), zone: CHINA, format, freshness };
const AT = Date.parse("2026-11-23T05:00:00.000Z");
const cell = (more) => ({ at: String(AT), late: "600", stale: "900", freshness: "live", ...more });

test("nothing turns before its time", () => {
  assert.deepEqual(seen(cell(), AT + 600000, say), { freshness: "live", turned: false, words: "" });
});

test("a late value says how late, every minute anew", () => {
  assert.deepEqual(seen(cell(), AT + 601000, say), { freshness: "late", turned: true, words: "迟到 10 分钟" });
  const later = seen(cell({ freshness: "late" }), AT + 720000, say);
  assert.deepEqual(later, { freshness: "late", turned: false, words: "迟到 12 分钟" });
});

test("a stale value says from when it is, in local time", () => {
  const found = seen(cell({ freshness: "late" }), AT + 901000, say);
  assert.deepEqual(found, { freshness: "stale", turned: true, words: "数据截至 13:00" });
});

test("yesterday's value says the day as well, and what stays stale stays as it was worded", () => {
  const day = 86400000;
  assert.equal(seen(cell(), AT + day, say).words, "数据截至 11-23 13:00");
  assert.equal(seen(cell({ freshness: "stale" }), AT + day, say).words, "");
});

test("waiting makes nothing younger, and a clock that stands back neither", () => {
  assert.equal(seen(cell({ freshness: "stale" }), AT, say).freshness, "stale");
  assert.equal(seen(cell({ freshness: "never" }), AT, say).freshness, "never");
});

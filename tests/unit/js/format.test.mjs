import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHINA, labels, load } from "./modules.mjs";

const format = load("base/format");
const zh = labels("zh");
const en = labels("en");
const t = format.translator(zh);
const wan = (value, decimals = 0) => format.number(value, decimals, zh["number.scale"]);
const kilo = (value, decimals = 0) => format.number(value, decimals, en["number.scale"]);

test("no number is a dash, never a zero", () => {
  for (const nothing of [null, undefined, NaN, Infinity, "3"]) {
    assert.equal(format.number(nothing, 1), "—");
  }
  assert.equal(format.number(0, 1), "0.0");
});

test("decimals, groups and a true minus", () => {
  assert.equal(format.number(0.22, 2), "0.22");
  assert.equal(format.number(2914, 0), "2,914");
  assert.equal(format.number(-4.2, 1), "−4.2");
  assert.equal(format.number(-0.04, 1), "0.0");
});

test("five digits are enough: decimals give way", () => {
  assert.equal(format.number(999.99, 2), "999.99");
  assert.equal(format.number(1234.56, 2), "1,234.6");
  assert.equal(format.number(12345.6, 1), "12,346");
});

test("Chinese units of ten thousand and a hundred million", () => {
  assert.equal(wan(99999), "99,999");
  assert.equal(wan(99999.6), "10万");
  assert.equal(wan(1234567), "123.5万");
  assert.equal(wan(12345678), "1,235万");
  assert.equal(wan(96000000), "9,600万");
  assert.equal(wan(99994999), "9,999万");
  assert.equal(wan(99999999), "1亿");
  assert.equal(wan(100000000), "1亿");
  assert.equal(wan(-1234567), "−123.5万");
});

test("English units", () => {
  assert.equal(kilo(99999), "99,999");
  assert.equal(kilo(123456), "123.5K");
  assert.equal(kilo(1234567), "1.2M");
});

test("a difference carries its sign", () => {
  assert.equal(format.signed(1.25, 1), "+1.3");
  assert.equal(format.signed(-4.2, 1), "−4.2");
  assert.equal(format.signed(0.01, 1), "0.0");
});

test("times are the city's, whatever the browser's zone", () => {
  const at = Date.UTC(2026, 10, 23, 16, 30, 5);
  assert.equal(format.clock(at, CHINA), "00:30");
  assert.equal(format.clock(at, CHINA, true), "00:30:05");
  assert.equal(format.stamp(at, at + 3600000, CHINA), "00:30");
  assert.equal(format.brief(at - 3600000, at, CHINA), "11-23"); // an hour ago was yesterday there
});

test("an instant tells the date that its reader cannot know, as the desks' rule does", () => {
  const cases = JSON.parse(readFileSync(new URL("../instants.json", import.meta.url), "utf8"));
  assert.ok(cases.length > 5);
  for (const { what, at, now, clocks, stamp, brief, full } of cases) {
    const [then, here] = [Date.parse(at), Date.parse(now)];
    const seconds = ":" + at.slice(17, 19);
    assert.equal(format.stamp(then, here, clocks), stamp, what);
    assert.equal(format.stamp(then, here, clocks, true), stamp + seconds, what);
    assert.equal(format.brief(then, here, clocks), brief, what);
    assert.equal(format.dayAndTime(then, here, clocks), full, what);
    assert.equal(format.dayAndTime(then, here, clocks, true), full + seconds, what);
  }
});

test("a running clock", () => {
  assert.equal(format.lasting(402000, t), "06:42");
  assert.equal(format.lasting(3600000 - 1, t), "59:59");
  assert.equal(format.lasting(3600000, t), "1:00:00");
  assert.equal(format.lasting(86400000 - 1000, t), "23:59:59");
  assert.equal(format.lasting(86400000, t), "1天");
  assert.equal(format.lasting(-5000, t), "00:00");
});

test("ages and durations in words", () => {
  assert.equal(format.age(59999, t), "59秒");
  assert.equal(format.age(60000, t), "1分");
  assert.equal(format.age(47 * 3600000, t), "47时");
  assert.equal(format.age(48 * 3600000, t), "2天");
  assert.equal(format.words(59000, t), "不到 1 分钟");
  assert.equal(format.words(42 * 60000, t), "42 分钟");
  assert.equal(format.words(120 * 60000, t), "2 小时");
  assert.equal(format.words(133 * 60000, t), "2 小时 13 分");
  assert.equal(format.words(50 * 3600000, t), "2 天");
});

test("an unknown label shows its key, an unknown place stays", () => {
  assert.equal(t("no.such.key"), "no.such.key");
  assert.equal(format.fill("{a} and {b}", { a: 1 }), "1 and {b}");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { CHINA, load } from "./modules.mjs";

const { fileName, wrap } = load("desk/picture");
const { local, quoted } = load("desk/watermark");
const letters = (text) => [...text].length;

test("a file name that every system takes", () => {
  assert.equal(fileName("站点饱和度 / 陆家嘴", "2026-11-23 18:42"), "站点饱和度-陆家嘴_2026-11-23-18-42.png");
  assert.equal(fileName('../..\\ <a>:"|?*', ""), "..-..-a.png");
  assert.ok(fileName("长".repeat(500), "x").length <= 124);
});

test("lines break between words, and between Chinese characters", () => {
  assert.deepEqual(wrap("数据截至某日 演示数据", 6, letters), ["数据截至某日", "演示数据"]);
  assert.deepEqual(wrap("one two three", 8, letters), ["one two", "three"]);
  assert.deepEqual(wrap("unbreakable", 3, letters), ["unbreakable"]);
  assert.deepEqual(wrap("", 5, letters), []);
  assert.deepEqual(wrap("TRA-05 饱和", 6, letters), ["TRA-05", "饱和"]);
});

test("local time, whatever the machine's zone", () => {
  assert.equal(local(Date.parse("2026-11-23T16:30:00Z"), CHINA), "2026-11-24 00:30");
});

test("whatever is printed at the foot stays a text", () => {
  assert.equal(quoted("周敏 · /signs?x=1"), '"周敏 · /signs?x=1"');
  assert.equal(quoted('a"} @import url(x)'), '"a\\22 \\7d  \\40 import url\\28 x\\29 "');
  assert.ok(!/[\n"\\]/.test(quoted('\n"\\').slice(1, -1).replace(/\\[0-9a-f]+ /g, "")));
});

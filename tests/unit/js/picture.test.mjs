// Alerts, receipt, small lines, wall profiles: what stands on the wall and why.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const alerts = load("alerts");
const { deduction } = load("receipt");
const { columns, fit, parse } = load("profile");
const spark = load("spark");

test("one entry a sign; the place as bad as the district says where", () => {
  const rows = [
    { sign: "A", street: null, state: "alarm" },
    { sign: "A", street: "1", state: "alarm" },
    { sign: "B", street: "2", state: "warning" },
    { sign: "A", street: "3", state: "attention" },
  ];
  const [first, second] = alerts.bySign(rows);
  assert.deepEqual([first.sign, first.head.street, first.places], ["A", "1", 2]);
  assert.deepEqual([second.sign, second.head.street, second.places], ["B", "2", 1]);
});

test("the district stays the head where streets are better", () => {
  const rows = [
    { sign: "A", street: null, state: "alarm" },
    { sign: "A", street: "1", state: "warning" },
  ];
  assert.equal(alerts.bySign(rows)[0].head.street, null);
});

test("a sign counts once, in its worst grade", () => {
  const readings = [
    { code: "A", state: "attention" },
    { code: "B", state: "normal" },
    { code: "C", state: "alarm" },
  ];
  const groups = [
    { sign: "A", head: { state: "warning" } },
    { sign: "B", head: { state: "attention" } },
  ];
  assert.deepEqual(alerts.count(groups, readings), { alarm: 1, warning: 1, attention: 1 });
});

test("which bound was passed", () => {
  assert.equal(alerts.relation(32, 25), "≥");
  assert.equal(alerts.relation(31.4, 35), "≤");
  assert.equal(alerts.relation(35, 35), "≥");
  assert.equal(alerts.relation(35, null), "");
});

test("streets from the lowest index; those without one are left out", () => {
  const streets = [
    { code: "1", index: 99, state: "normal" },
    { code: "2", index: 80, state: "warning" },
    { code: "3", index: null, state: "unknown" },
    { code: "4", index: 80, state: "alarm" },
  ];
  assert.deepEqual(alerts.lowest(streets, 3, 6).map((street) => street.code), ["4", "2", "1"]);
});

test("streets without a deduction only fill the list up", () => {
  const streets = Array.from({ length: 9 }, (_, i) => ({ code: String(i), index: i < 2 ? 98 : 100 }));
  assert.equal(alerts.lowest(streets, 9, 4).length, 4);
  assert.equal(alerts.lowest(streets, 9, 1).length, 2);
  assert.equal(alerts.lowest(streets, 1, 4).length, 1);
});

test("the receipt adds up to the last digit", () => {
  const points = [2, 0.75, 0.75, 0.75, 0.25, 0.25];
  const detractors = points.map((value, i) => ({ sign: "S" + i, state: "warning", points: value }));
  const rows = deduction(detractors, 95.25, 3);
  assert.equal(rows.length, 4);
  assert.deepEqual(rows[3], { sign: null, state: null, points: 1.25, count: 3 });
  const sum = rows.reduce((total, row) => total + row.points, 0);
  assert.equal(Number((100 - sum).toFixed(2)), 95.25);
});

test("nothing deducted, nothing listed", () => {
  assert.deepEqual(deduction([], 100, 3), []);
  assert.deepEqual(deduction([{ sign: "A", state: "normal", points: 0 }], 100, 3), []);
});

test("a gap in the record is a gap in the line", () => {
  const { path, last, peak } = spark.line([[0, 1], [1, 3], [2, null], [3, 2], [4, 2]]);
  assert.equal((path.match(/M/g) || []).length, 2);
  assert.equal((path.match(/L/g) || []).length, 2);
  assert.equal(peak, 3);
  assert.equal(last[0], 1);
});

test("a line at one level lies inside the box; one value is no line", () => {
  const { last } = spark.line([[0, 5], [1, 5]]);
  assert.ok(last[1] > 0 && last[1] < 1);
  assert.equal(spark.line([[0, 5]]).path, "");
  assert.equal(spark.line([]).last, null);
});

test("midnights are the city's", () => {
  const hour = 3600000;
  const noon = Date.UTC(2026, 10, 22, 4); // 12:00 at +08:00
  const points = Array.from({ length: 37 }, (_, i) => [noon + i * hour, 1]);
  assert.deepEqual(spark.midnights(points, 480), [12 / 36]);
});

test("profiles: shape decides the arrangement, height the unit", () => {
  assert.deepEqual(parse("3840x1080"), [3840, 1080]);
  for (const wrong of [null, "", "wide", "3840*1080", "38x10", "3840x1080x2"]) {
    assert.equal(parse(wrong), null);
  }
  assert.equal(fit(1920, 1080, null).arrangement, "wide");
  assert.equal(fit(1920, 1080, null).unit, 1);
  assert.equal(fit(3840, 2160, null).unit, 2);
  assert.equal(fit(3840, 1080, null).arrangement, "dual");
  assert.equal(fit(5760, 1080, null).arrangement, "triple");
  assert.equal(fit(390, 844, null).arrangement, "stack");
  assert.equal(fit(1440, 900, null).narrow, true);
});

test("a wall of another shape than the window keeps its proportions", () => {
  const { arrangement, width, height, unit } = fit(1920, 1080, [3840, 1080]);
  assert.deepEqual([arrangement, width, height, unit], ["dual", 1920, 540, 0.5]);
});

test("as few columns as fit: a small city gets larger cells", () => {
  const pudong = [[20, 20, 21], [20, 21, 15]];
  assert.equal(columns(pudong, 4, 960, 46, 50).columns, 4);
  assert.equal(columns(pudong, 7, 960, 46, 80).columns, 7);
  const small = columns([[1, 3, 3], [1, 4]], 4, 960, 46, 50);
  assert.equal(small.columns, 2);
  assert.ok(small.row > 150);
  assert.equal(columns([[], []], 4, 960, 46, 50).columns, 2);
});

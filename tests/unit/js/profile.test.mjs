import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { fit, columns } = load("wall/profile");

test("every display has its arrangement", () => {
  const kinds = [
    [1920, 1080, "wide"], [3840, 2160, "wide"], [3840, 1080, "dual"], [5760, 1080, "triple"],
    [1080, 1920, "tall"], [2160, 3840, "tall"], [1200, 1920, "tall"], [390, 844, "stack"], [768, 1024, "stack"],
  ];
  for (const [width, height, kind] of kinds) assert.equal(fit(width, height).arrangement, kind, `${width}x${height}`);
});

test("an upright wall has letters as large as one on its side", () => {
  assert.equal(fit(1080, 1920).unit, 1);
  assert.equal(fit(2160, 3840).unit, 2);
  assert.ok(fit(1080, 1920, { words: "long" }).unit > 0.92); // Latin words need more room
});

test("a wall of another size than the window keeps its proportions, upright too", () => {
  const found = fit(1920, 1080, { wanted: [1080, 1920] });
  assert.deepEqual([found.arrangement, found.width, found.height], ["tall", 607.5, 1080]);
});

test("a sheet is never a stack, however small", () => {
  for (const [width, height, kind] of [[734, 1062, "tall"], [755, 994, "tall"], [1063, 733, "wide"]]) {
    assert.equal(fit(width, height, { paper: true }).arrangement, kind);
  }
});

test("as few columns as let every row have its height", () => {
  assert.equal(columns([[20, 20, 20], [20, 20, 17]], 4, 968, 46, 50).columns, 4);
  assert.equal(columns([[4, 4], [4]], 4, 968, 46, 50).columns, 2);
});

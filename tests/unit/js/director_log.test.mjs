import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { open, token } = load("wall/director_log");
const settled = () => new Promise((resolve) => setImmediate(resolve));

function desk(status = 204) {
  const seen = { now: 0, status, sent: [], heads: [] };
  const fetch = (url, init) => {
    seen.sent.push(JSON.parse(init.body));
    seen.heads.push([url, init.method, init.headers["X-CSRFToken"]]);
    return seen.status ? Promise.resolve({ status: seen.status }) : Promise.reject(new Error("away"));
  };
  const cookies = () => "a=1; _csrf_token=abc%3D; b=2";
  seen.log = open({ profile: "hall", now: () => seen.now, fetch, cookies });
  seen.tick = async (after) => {
    seen.now += after;
    seen.log.tick();
    await settled();
  };
  return seen;
}

const moves = (count) => Array.from({ length: count }, (_, n) => ({ from: "home", to: "map", why: "key", mode: "daily", n }));

test("the token comes from its cookie", () => {
  assert.equal(token("_csrf_token=x"), "x");
  assert.equal(token("my_csrf_token=x"), "");
  assert.equal(token(""), "");
});

test("switches go out in order, a few at a time, once", async () => {
  const one = desk();
  one.log.add(moves(25));
  await one.tick(0);
  await one.tick(1000); // not so soon again
  await one.tick(1000);
  await one.tick(5000);
  assert.deepEqual(one.sent.map(({ switches }) => switches.length), [20, 5]);
  assert.deepEqual(one.sent.flatMap(({ switches }) => switches.map(({ n }) => n)), moves(25).map(({ n }) => n));
  assert.deepEqual(one.heads[0], ["/screen/log", "POST", "abc="]);
  assert.equal(one.sent[0].profile, "hall");
  assert.equal(one.log.size(), 0);
});

test("what the server did not take is sent again, later", async () => {
  for (const status of [0, 429, 503]) {
    const one = desk(status);
    one.log.add(moves(2));
    await one.tick(0);
    await one.tick(2000);
    assert.equal(one.sent.length, 1);
    one.status = 204;
    await one.tick(15000);
    assert.equal(one.sent.length, 2);
    assert.deepEqual(one.sent[0], one.sent[1]);
    assert.equal(one.log.size(), 0);
  }
});

test("what was refused is not sent for ever, and a wall that is cut off forgets the oldest", async () => {
  const one = desk(403);
  one.log.add(moves(1));
  await one.tick(0);
  assert.equal(one.log.size(), 0);
  one.status = 0;
  for (let n = 0; n < 100; n += 1) one.log.add(moves(20));
  assert.equal(one.log.size(), 400);
});

// The line to the server with the network and the clock in the test's hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

load("base/merge");
const { open, wakingClock, SILENT_MS } = load("base/live");
const START = Date.parse("2026-11-23T05:00:00.000Z");
const at = (ms) => new Date(START + ms).toISOString();
const settle = () => new Promise((resolve) => setImmediate(resolve));

function network() {
  const net = { time: 0, asked: [], streams: [], changes: [], denied: 0, reply: null, date: null };
  net.EventSource = class {
    constructor(url) {
      Object.assign(this, { url, readyState: 1, handlers: {} });
      net.streams.push(this);
    }
    addEventListener(name, handler) {
      this.handlers[name] = handler;
    }
    say(name, body) {
      this.handlers[name]({ data: JSON.stringify(body) });
    }
    close() {
      this.readyState = 2;
    }
  };
  net.fetch = (url, init) => {
    net.asked.push(init.headers);
    return net.reply ? Promise.resolve(net.reply) : Promise.reject(new Error("refused"));
  };
  net.answer = (status, body) => {
    net.reply = {
      status,
      ok: status === 200,
      headers: { get: (name) => (name === "ETag" ? `"${body && body.version}"` : net.date) },
      json: () => Promise.resolve(body),
    };
  };
  net.line = () =>
    open({
      url: "/live/screen",
      fetch: net.fetch,
      EventSource: net.EventSource,
      now: () => net.time,
      onChange: (snapshot, changed) => {
        if (net.broken) throw new Error("cannot be painted");
        net.changes.push([snapshot.version, changed && changed.keys]);
      },
      onDenied: () => (net.denied += 1),
    });
  net.pass = async (line, seconds) => {
    for (let i = 0; i < seconds; i += 1) {
      net.time += 1000;
      line.tick();
      await settle();
      await settle();
    }
  };
  return net;
}

async function begun() {
  const net = network();
  net.answer(200, { version: 5, as_of: at(0), signs: [] });
  const line = net.line();
  await settle();
  await settle();
  line.listen();
  return [net, line, net.streams[0]];
}

test("snapshot first, then deltas in order", async () => {
  const [net, , stream] = await begun();
  stream.say("snapshot", { version: 5, as_of: at(0), signs: [] });
  stream.say("delta", { version: 6, prev: 5, as_of: at(1000), index: 90 });
  assert.deepEqual(net.changes, [[5, null], [6, ["index"]]]);
});

test("a gap asks for the snapshot and loses nothing that followed", async () => {
  const [net, line, stream] = await begun();
  await net.pass(line, 1);
  net.answer(200, { version: 8, as_of: at(3000), signs: [] });
  stream.say("delta", { version: 9, prev: 8, as_of: at(4000), index: 80 });
  assert.deepEqual(net.changes, [[5, null]]);
  await settle();
  await settle();
  assert.deepEqual(net.changes.slice(1), [[8, null], [9, ["index"]]]);
  assert.equal(line.gaps, 1);
});

test("the watchdog: fifteen seconds and no more without an advance", async () => {
  const [net, line, stream] = await begun();
  net.reply = null;
  net.time += SILENT_MS;
  assert.equal(line.silent(), false);
  net.time += 1;
  assert.equal(line.silent(), true);
  stream.say("snapshot", { version: 5, as_of: at(0), signs: [] }); // alive, but nothing new
  assert.equal(line.silent(), true);
  stream.say("delta", { version: 6, prev: 5, as_of: at(20000) });
  assert.equal(line.silent(), false);
});

test("the server's clock runs on from as_of, not the browser's", async () => {
  const [net, line] = await begun();
  net.time += 2500;
  assert.equal(line.serverNow(), START + 2500);
});

test("a blocked stream is replaced by polling with the entity tag, and tried again", async () => {
  const [net, line, stream] = await begun();
  net.answer(200, { version: 6, as_of: at(9000), signs: [] });
  await net.pass(line, 10);
  assert.equal(net.changes.at(-1)[0], 6);
  assert.equal(net.asked.at(-1)["If-None-Match"], '"5"');
  await net.pass(line, 5);
  assert.equal(stream.readyState, 2);
  assert.equal(line.polling(), true);
  const before = net.streams.length;
  await net.pass(line, 32);
  assert.equal(net.streams.length, before + 1);
});

test("weeks of refusals leave one request and one stream at a time", async () => {
  const [net, line] = await begun();
  net.reply = null;
  const asked = net.asked.length;
  await net.pass(line, 600);
  assert.ok(net.asked.length - asked <= 200, `${net.asked.length - asked} requests in 10 minutes`);
  assert.ok(net.streams.filter((stream) => stream.readyState !== 2).length <= 1);
});

test("a stream that the server closes is opened again after a pause", async () => {
  const [net, line, stream] = await begun();
  stream.readyState = 2;
  stream.onerror();
  await net.pass(line, 1);
  assert.equal(net.streams.length, 1);
  await net.pass(line, 2);
  assert.equal(net.streams.length, 2);
});

test("refused: said once for each refusal, and over when data comes", async () => {
  const [net, line] = await begun();
  net.answer(401, null);
  await net.pass(line, 12);
  assert.ok(net.denied >= 1);
  assert.equal(line.denied, true);
  net.answer(200, { version: 7, as_of: at(30000), signs: [] });
  await net.pass(line, 4);
  assert.equal(line.denied, false);
});

test("a snapshot the server has kept for an hour is an hour old at once", async () => {
  const net = network();
  net.date = new Date(START + 3600000).toUTCString();
  net.answer(200, { version: 5, as_of: at(0), signs: [] });
  const line = net.line();
  await settle();
  await settle();
  assert.equal(line.snapshot.version, 5);
  assert.equal(line.silent(), true);
  assert.equal(line.silentFor(), 3600000);
  assert.equal(line.serverNow(), START + 3600000);
});

test("what could not be painted does not count as news, and is painted anew", async () => {
  const [net, line, stream] = await begun();
  net.broken = true;
  assert.throws(() => stream.say("delta", { version: 6, prev: 5, as_of: at(1000) }));
  net.answer(200, { version: 6, as_of: at(1000), signs: [] });
  await net.pass(line, 16);
  assert.equal(line.silent(), true);
  net.broken = false;
  await net.pass(line, 4);
  assert.deepEqual(net.changes.at(-1), [6, null]); // all of it
  assert.equal(line.silent(), false);
});

test("an answer that never comes is called off, and asked for again", async () => {
  const [net, line] = await begun();
  net.reply = { then: () => undefined }; // the promise stays open
  const before = net.asked.length;
  await net.pass(line, 30);
  assert.ok(net.asked.length >= before + 2, `${net.asked.length - before} requests`);
  net.answer(200, { version: 7, as_of: at(40000), signs: [] });
  await net.pass(line, 15);
  assert.equal(line.snapshot.version, 7);
});

test("the clock runs on while the machine sleeps, and bears one that is set", () => {
  const time = { mono: 1000, wall: START };
  const clock = wakingClock(
    () => time.mono,
    () => time.wall
  );
  const pass = (mono, wall) => {
    time.mono += mono;
    time.wall += wall;
    return clock();
  };
  assert.equal(pass(1000, 1010), 2000);
  assert.equal(pass(500, 3600500), 3602500); // asleep for an hour
  assert.equal(pass(1000, 1000), 3603500);
  assert.equal(pass(1000, -7200000), 3604500); // set back: never less
});

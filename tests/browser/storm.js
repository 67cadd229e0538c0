/* A server in the page's own hands: an event stream that says what the test wants, as fast as the
   page can take it. Everything behind the stream is the product's own. */
(() => {
  const sources = [];
  window.EventSource = class {
    constructor(url) {
      Object.assign(this, { url, readyState: 1, heard: {}, onerror: null });
      sources.push(this);
    }
    addEventListener(kind, use) {
      this.heard[kind] = use;
    }
    close() {
      this.readyState = 2;
      sources.splice(sources.indexOf(this), 1);
    }
  };

  let seed = 7;
  const chance = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const STATES = ["normal", "attention", "warning", "alarm", "unknown"];
  const FRESH = ["live", "live", "live", "late", "stale", "never"];

  let calm = null; // the picture before the first storm, to which each storm returns
  let last = null;

  function say(kind, body) {
    for (const source of sources) source.heard[kind]({ data: JSON.stringify(body) });
  }

  async function painted() {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
  }

  function sign(one) {
    const freshness = pick(FRESH);
    const known = freshness === "live" || freshness === "late";
    return Object.assign({}, one, {
      value: freshness === "never" ? null : Math.round(chance() * 1e6) / 100,
      state: known ? pick(STATES) : "unknown",
      freshness,
      observed_at: freshness === "never" ? null : last.as_of,
      since: last.as_of,
    });
  }

  function alert(signs, streets) {
    const one = pick(signs);
    const where = chance() < 0.2 ? null : pick(streets).code;
    return {
      sign: one.code, street: where, state: pick(STATES.slice(1, 4)), value: chance() * 100,
      since: last.as_of, threshold: 50, side: pick(["high", "low"]), clear: chance() < 0.3 ? 47.5 : null, department: "env", places: 1 + Math.floor(chance() * 36),
    };
  }

  function some(list, most, change) {
    return Array.from({ length: 1 + Math.floor(chance() * most) }, () => change(pick(list)));
  }

  function delta() {
    const as_of = new Date(Date.parse(last.as_of) + 1000).toISOString();
    const body = { version: last.version + 1, prev: last.version, as_of, data_time: as_of };
    body.signs = some(last.signs, 12, sign);
    if (chance() < 0.3) {
      const turn = (street) => Object.assign({}, street, { state: pick(STATES), index: 100 * chance() });
      body.streets = some(last.streets, 4, turn);
      body.alerts = Array.from({ length: Math.floor(chance() * 50) }, () => alert(last.signs, last.streets));
      body.index = Math.round(chance() * 1e4) / 100;
      body.detractors = some(last.signs, 8, (one) => ({ sign: one.code, state: "alarm", points: 2 }));
    }
    if (chance() < 0.02) {
      body.trends = {};
      for (const [code, line] of Object.entries(last.trends)) {
        body.trends[code] = line.map(([at]) => [at, chance() < 0.2 ? null : Math.round(1e3 * chance())]);
      }
    }
    last = { ...last, version: body.version, as_of };
    return body;
  }

  /* `count` deltas, then the calm picture again. Resolves when the page has painted it. */
  window.storm = async (count) => {
    if (!calm) calm = await (await fetch("/live/screen")).json();
    if (!last) {
      last = calm;
      say("snapshot", calm); // the page may have been painted from an older one
    }
    last = { ...calm, version: last.version, as_of: last.as_of };
    for (let n = 0; n < count; n += 1) {
      say("delta", delta());
      if (n % 50 === 49) await new Promise(requestAnimationFrame);
    }
    last = { ...calm, version: last.version + 1, as_of: last.as_of };
    say("snapshot", last);
    await painted();
    return sources.length;
  };

  /* The picture with these alerts in it. */
  window.alarmed = async (alerts) => {
    if (!last) last = await (await fetch("/live/screen")).json();
    last = { ...last, alerts, version: last.version + 1 };
    say("snapshot", last);
    await painted();
  };
})();

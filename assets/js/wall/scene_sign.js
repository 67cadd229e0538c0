/* The scene of one sign: its value, state and rule, who owns it, how long it stands, its day, and
   every street coloured by it alone. The streets come from their own document, asked for while
   the scene stands; they grow old by themselves like everything else. */
(function (root) {
  "use strict";

  const { el, text, data, show, mark, rows } = root.yiping.dom;
  const ASK_MS = 3000;
  const LOST_MS = 15000; // the streets are told to be of another time than the rest
  const WORST = { wide: 10, tall: 10, dual: 16, triple: 16, stack: 8 };

  function fact(list, label) {
    const value = el("dd");
    list.append(el("dt", "", label), value);
    return value;
  }

  function build(wall, node, code) {
    const { t } = wall;
    const sign = wall.sign.get(code);
    const pieces = root.yiping.scenePieces;
    const domain = wall.stat.domains.find((one) => one.code === sign.domain);
    const scene = {
      sign,
      detail: null,
      key: "",
      askedAt: -Infinity,
      shape: mark("unknown"),
      word: el("span", "word"),
      value: el("strong", "big"),
      unit: el("small", "unit", wall.unit(sign)),
      age: el("span", "age"),
      gauge: pieces.makeGauge(wall),
      day: pieces.makeDay(wall),
      slot: el("div", "scene-map"),
      tally: el("p", "tally"),
      late: el("p", "notice"),
      rules: el("ul", "scene-rules"),
      worst: el("ul", "scene-worst"),
    };
    const facts = el("dl", "scene-terms");
    scene.lasting = fact(facts, t("wall.scene.lasting"));
    scene.due = fact(facts, t("wall.scene.due"));
    scene.crossed = fact(facts, t("wall.scene.crossed"));
    const owner = fact(facts, t("wall.scene.owner"));
    const department = wall.department.get(sign.department);
    text(owner, department ? wall.name(department) : "");
    paintRules(wall, scene);
    const link = el("a", "", wall.name(sign)); // for who has a keyboard and an account: the sign's page
    link.href = "/sign/" + encodeURIComponent(code) + (wall.lang === "zh" ? "" : "?lang=" + wall.lang);
    const title = el("header", "scene-head", [
      el("h2", "", [link]),
      el("span", "caption", wall.name(domain)),
    ]);
    const figure = el("div", "scene-figure", [
      scene.value,
      scene.unit,
      el("p", "scene-state", [scene.shape, scene.word, scene.age]),
    ]);
    scene.places = el("section", "scene-list", [el("h3", "", t("wall.scene.worst")), scene.worst]);
    const foot = el("div", "scene-foot", [scene.tally, scene.late, el("p", "notice", wall.notice)]);
    node.replaceChildren(
      el("div", "scene-facts", [title, figure, scene.gauge.node, scene.rules, facts, scene.day.node, scene.places]),
      el("div", "scene-place", [scene.slot, foot])
    );
    show(scene.places, sign.at_street);
    scene.figure = figure;
    scene.arrange = () => null;
    scene.paint = () => {
      paint(wall, scene);
      ask(wall, scene);
    };
    scene.tick = (now) => {
      tick(wall, scene, now);
      ask(wall, scene);
    };
    scene.streetsOf = () => streetsOf(wall, scene);
    return scene;
  }

  function paintRules(wall, scene) {
    const { rule } = root.yiping.scenePieces;
    scene.rules.replaceChildren(...["attention", "warning", "alarm"]
      .filter((grade) => rule(wall, scene.sign, grade))
      .map((grade) => el("li", "", [mark(grade), wall.state(grade) + " ", el("b", "", rule(wall, scene.sign, grade))])));
  }

  /* The lines that judged the value: other ones may be in force since the wall was opened. */
  function redraw(wall, scene, lines) {
    if (!lines || (scene.detail && scene.detail.lines.version === lines.version)) return;
    scene.sign = Object.assign({}, scene.sign, lines);
    paintRules(wall, scene);
  }

  function ask(wall, scene) {
    const now = performance.now();
    if (wall.replayed || scene.asking || now - scene.askedAt < ASK_MS) return;
    scene.askedAt = now;
    scene.asking = true;
    fetch("/live/screen/sign/" + encodeURIComponent(scene.sign.code), { credentials: "same-origin", cache: "no-cache" })
      .then((reply) => (reply.ok ? reply.json() : null))
      .then((body) => {
        if (!body || !scene.standing || (scene.detail && body.as_of <= scene.detail.as_of)) return;
        redraw(wall, scene, body.lines);
        scene.detail = body;
        paintDay(wall, scene);
        paint(wall, scene);
        root.yiping.scene.paintMap(wall);
      })
      .catch(() => null)
      .then(() => {
        scene.asking = false;
      });
  }

  /* The hours, and the present value at their end: the line must not contradict the figure. */
  function paintDay(wall, scene) {
    const points = scene.detail.hours.slice();
    const reading = wall.readings.get(scene.sign.code);
    const now = wall.now();
    if (reading && now !== null && typeof reading.value === "number") {
      const { freshness } = seenAt(wall, scene, reading, now);
      const begun = points.length && points[points.length - 1][1] === null; // an hour without a sample yet
      if (freshness === "live" || freshness === "late") {
        if (begun) points.pop();
        points.push([now, reading.value]);
      }
    }
    root.yiping.scenePieces.paintDay(wall, scene.day, scene.sign, points);
  }

  function seenAt(wall, scene, place, now) {
    return root.yiping.ageing.effective(place, scene.sign, now);
  }

  /* What the map shows: every street by this sign, its value beside its name. */
  function streetsOf(wall, scene) {
    const now = wall.now();
    const known = new Map((scene.detail ? scene.detail.places : []).map((one) => [one.code, one]));
    return wall.snapshot.streets.map(({ code }) => {
      const place = known.get(code);
      if (!place || now === null) return { code, state: "none", sign: null, note: "" };
      const { state, freshness } = seenAt(wall, scene, place, now);
      const shown = freshness === "live" || freshness === "late";
      return { code, state, sign: null, note: shown ? wall.valueUnit(scene.sign, place.value) : "" };
    });
  }

  function alertOf(wall, code) {
    const group = (wall.groups || []).find((one) => one.sign === code);
    return group ? group.head : null;
  }

  function paint(wall, scene) {
    const { sign } = scene;
    const head = alertOf(wall, sign.code);
    const reading = wall.readings.get(sign.code);
    const own = !head || (reading && ["attention", "warning", "alarm"].includes(reading.state));
    scene.since = own ? reading && reading.since : head.since;
    scene.at = own ? null : head.street;
    scene.limit = wall.stat.limits[own ? reading && reading.state : head.state];
    const rule = wall.crossing(sign, own ? reading : head, "", true);
    const place = scene.at ? wall.place(scene.at, true) + " " + wall.valueUnit(sign, head.value) + " " : "";
    text(scene.crossed, place + rule);
    show(scene.crossed, Boolean(rule));
    show(scene.crossed.previousSibling, Boolean(rule));
    paintPlaces(wall, scene);
  }

  function paintPlaces(wall, scene) {
    const now = wall.now();
    if (!scene.detail || now === null) return;
    const { sign } = scene;
    const seen = scene.detail.places
      .filter((place) => wall.street.has(place.code) && wall.street.get(place.code).kind !== "area")
      .map((place) => Object.assign({}, place, { state: seenAt(wall, scene, place, now).state }));
    root.yiping.health.paintTally(wall, scene.tally, wall.t("wall.streets"), seen);
    show(scene.tally, sign.at_street);
    const known = seen.filter((place) => typeof place.value === "number" && place.state !== "unknown"); // the worst first
    const worst = known.slice(0, WORST[wall.root.dataset.arrangement]);
    const nodes = rows(scene.worst, worst.length, () => el("li", "scene-street", [mark("unknown"), el("span", "where"), el("b", "figure"), el("small", "unit")]));
    worst.forEach((place, n) => {
      const [shape, where, value, unit] = nodes[n].children;
      data(shape, "state", place.state);
      text(where, wall.place(place.code, true));
      text(value, wall.value(sign, place.value));
      text(unit, wall.unit(sign, place.value));
    });
  }

  function tick(wall, scene, now) {
    const { sign } = scene;
    const reading = wall.readings.get(sign.code) || { value: null, observed_at: null, freshness: "never", state: "unknown" };
    const seen = root.yiping.ageing.effective(reading, sign, now);
    const value = wall.value(sign, reading.value);
    const age = root.yiping.panels.ageText(wall, { reading, sign }, seen, now);
    const known = seen.state !== "unknown";
    data(scene.figure, "state", seen.state);
    data(scene.figure, "freshness", seen.freshness);
    data(scene.shape, "state", seen.state);
    data(scene.gauge.node, "state", seen.state);
    text(scene.word, known || seen.freshness === "live" ? wall.state(seen.state) : wall.t("freshness." + seen.freshness));
    text(scene.value, value);
    text(scene.unit, wall.unit(sign, reading.value));
    text(scene.age, age);
    root.yiping.scenePieces.paintGauge(scene.gauge, sign, reading.value, known);
    const since = scene.since ? Date.parse(scene.since) : null;
    const { stamp, lasting } = root.yiping.format;
    const words = { time: since === null ? "" : stamp(since, now, wall.zone), lasting: since === null ? "" : lasting(now - since, wall.t) };
    text(scene.lasting, since === null ? wall.t("wall.scene.blank") : wall.t("wall.scene.since", words));
    const left = since === null || !scene.limit ? null : since + scene.limit - now;
    const due = left === null ? "" : wall.t("wall.scene.due." + (left < 0 ? "over" : "left"), { lasting: lasting(Math.abs(left), wall.t) });
    text(scene.due, due);
    data(scene.due, "over", left !== null && left < 0 ? "1" : "0");
    show(scene.due, left !== null);
    show(scene.due.previousSibling, left !== null);
    aged(wall, scene, now);
  }

  /* The streets' own age: said when they lag behind the rest, and their states follow the clock. */
  function aged(wall, scene, now) {
    const none = !scene.sign.at_street;
    const at = scene.detail ? Date.parse(scene.detail.as_of) : null;
    const lag = at === null ? 0 : now - at;
    const late = at !== null && lag > LOST_MS;
    text(scene.late, none ? wall.t("wall.scene.whole") : late ? wall.t("wall.scene.lag", { time: root.yiping.format.stamp(at, now, wall.zone, true) }) : "");
    const key = none || !scene.detail ? "" : scene.detail.places.map((place) => seenAt(wall, scene, place, now).freshness).join();
    if (key === scene.key) return;
    scene.key = key;
    paintPlaces(wall, scene);
    root.yiping.scene.paintMap(wall);
  }

  root.yiping = Object.assign(root.yiping || {}, { sceneSign: { build } });
})(window);

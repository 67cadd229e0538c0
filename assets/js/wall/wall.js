/* Starts the wall on its page and nowhere else. The data is asked for as soon as this file
   runs, long before the page stands; painting begins when both are there. */
(function (root) {
  "use strict";

  const PAGE = /\/screen\/?$/;
  const LIVE_URL = "/live/screen";
  const RELOAD_AFTER_MS = 60000; // never reload more often than this when access is refused
  const SETTLE_MS = 150;
  if (!PAGE.test(root.location.pathname)) return;

  const query = new URLSearchParams(root.location.search);
  const html = document.documentElement;
  const theme = query.get("theme") === "light" ? "light" : "dark";
  const lang = query.get("lang") === "en" ? "en" : "zh";
  const wanted = root.yiping.profile.parse(query.get("wall"));
  html.dataset.theme = theme;
  html.lang = lang === "en" ? "en" : "zh-CN";
  html.dataset.page = "screen";

  let wall = null;
  let stage = null; // the director's; one for the life of the page
  let stat = null;
  let build = null;
  let reloading = false;

  /* Reload only into a server that answers: a wall must never trade an old picture for none. */
  function reload() {
    if (reloading) return;
    reloading = true;
    fetch("/healthz", { cache: "no-store" })
      .then((reply) => {
        if (reply.ok) root.location.reload();
        reloading = reply.ok;
      })
      .catch(() => {
        reloading = false;
      });
  }

  function onDenied() {
    const last = Number(sessionStorage.getItem("yiping.denied") || 0);
    if (Date.now() - last < RELOAD_AFTER_MS) return;
    sessionStorage.setItem("yiping.denied", String(Date.now()));
    root.setTimeout(reload, 5000);
  }

  function onChange(snapshot, changed) {
    const made = snapshot.build + " " + snapshot.catalogue;
    if (build === null) build = made;
    if (made !== build) reload();
    if (wall && wall.snapshot) {
      if (!wall.replayed) root.yiping.screen.apply(wall, snapshot, changed);
      root.yiping.stage.hear(stage, snapshot);
    } else begin();
  }

  const line = root.yiping.live.open({ url: LIVE_URL, onChange, onDenied });

  function askStatic() {
    fetch(LIVE_URL + "/static", { credentials: "same-origin" })
      .then((reply) => (reply.ok ? reply.json() : null))
      .then((body) => {
        if (!body) return;
        stat = body;
        wall = null;
        stage = root.yiping.stage.open({ stat, query, line, onReplay: () => wall && arrange() });
        begin();
      })
      .catch(() => null);
  }

  /* Build what can be built, paint what can be painted; also after Dash has drawn the page anew.
     Without a snapshot the wall stands in its final shape, every sign named, no value shown. */
  function begin() {
    if (!wall) {
      if (!stat || !document.getElementById("wall-banner")) return;
      wall = root.yiping.screen.mount(stat, lang);
      wall.now = line.serverNow;
      arrange();
      root.yiping.stage.adopt(stage, wall);
    }
    if (wall.snapshot || !line.snapshot || wall.replayed) return;
    root.yiping.screen.apply(wall, line.snapshot, null);
    root.yiping.stage.hear(stage, line.snapshot);
    line.listen();
  }

  function arrange() {
    root.yiping.screen.arrange(wall, wanted);
  }

  function tick() {
    line.tick();
    if (!stat) askStatic();
    if (wall && !wall.root.isConnected) {
      wall.sized.disconnect();
      if (wall.slots) wall.slots.disconnect();
      wall = null;
    }
    try {
      begin();
      if (wall) root.yiping.screen.tick(wall);
      if (wall) root.yiping.stage.tick(stage);
    } finally {
      if (wall) watch(); // whatever happens to the painting
    }
  }

  function watch() {
    const kind = line.denied ? "denied" : line.silent() ? "silent" : null;
    root.yiping.screen.alarm(wall, kind, line.silentFor(), line.snapshot);
  }

  /* On paper the wall is one sheet. Its room is known once the page has been laid out for print;
     a browser that lays out a copy of the page keeps the guess of before (see print.css). */
  const paper = root.matchMedia("print");
  const A4 = [1062, 732];

  function layOut(sheet) {
    if (wall) root.yiping.screen.arrange(wall, sheet ? null : wanted, sheet);
  }

  root.addEventListener("beforeprint", () => {
    layOut(A4);
    html.dataset.sheet = "guess";
  });
  paper.addEventListener("change", () => {
    layOut(paper.matches ? [html.clientWidth, html.clientHeight - 1] : null);
  });
  root.addEventListener("afterprint", () => layOut(null));

  let resizing = 0;
  root.addEventListener("resize", () => {
    root.clearTimeout(resizing);
    resizing = root.setTimeout(() => wall && arrange(), SETTLE_MS);
  });
  root.addEventListener("keydown", (event) => stage && root.yiping.stage.press(stage, event));
  root.addEventListener("click", (event) => stage && root.yiping.stage.point(stage, event));

  askStatic();
  const watcher = new MutationObserver(() => {
    if (!document.getElementById("wall-banner") || !stat) return;
    watcher.disconnect(); // from here answers and the tick see to it
    begin();
  });
  watcher.observe(html, { childList: true, subtree: true });
  root.setInterval(tick, 1000);
})(window);

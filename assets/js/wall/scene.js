/* The scenes of the wall. "home" is the wall itself and stays laid out below the others, so that
   coming back costs nothing; the one map there is moves into the place that a scene keeps free. */
(function (root) {
  "use strict";

  const { data, show } = root.yiping.dom;
  const MAKERS = { domain: "sceneDomain", map: "sceneMap", sign: "sceneSign" };

  function exists(stat, scene) {
    const [kind, code] = String(scene).split(":");
    if (scene === "home" || scene === "map") return true;
    const list = { domain: stat.domains, sign: stat.signs }[kind];
    return Boolean(list && list.some((one) => one.code === code));
  }

  /* Show a scene; the words of one that does not exist are ignored. */
  function display(wall, scene) {
    if (!exists(wall.stat, scene) || wall.sceneName === scene) return;
    const node = document.getElementById("wall-scene");
    const [kind, code] = scene.split(":");
    if (wall.scene) wall.scene.standing = false;
    wall.scene = null;
    wall.sceneName = scene;
    data(wall.root, "scene", kind);
    data(node, "scene", scene);
    show(node, kind !== "home");
    if (kind === "home") node.replaceChildren();
    else wall.scene = root.yiping[MAKERS[kind]].build(wall, node, code);
    if (wall.scene) wall.scene.standing = true;
    paint(wall);
    place(wall);
    paintMap(wall);
    follow(wall);
  }

  /* The slot changes, and on a phone moves, with what stands around it: one watcher, one slot. */
  function follow(wall) {
    if (!wall.slots) wall.slots = new ResizeObserver(() => place(wall));
    wall.slots.disconnect();
    if (!wall.scene || !wall.scene.slot) return;
    for (const node of [wall.scene.slot, document.getElementById("wall-scene")]) wall.slots.observe(node);
  }

  /* Move the map into the slot of the scene, or back to where it hangs. */
  function place(wall) {
    const frame = wall.root.querySelector(".map-frame");
    if (!frame) return;
    const slot = wall.scene && wall.scene.slot;
    const at = { top: "", left: "", inlineSize: "", blockSize: "" };
    if (slot) {
      const [outer, inner] = [wall.root.getBoundingClientRect(), slot.getBoundingClientRect()];
      const px = (length) => length.toFixed(1) + "px";
      Object.assign(at, { top: px(inner.top - outer.top), left: px(inner.left - outer.left) });
      Object.assign(at, { inlineSize: px(inner.width), blockSize: px(inner.height) });
    }
    Object.assign(frame.style, at);
    root.yiping.map.settle();
  }

  function arrange(wall) {
    if (wall.scene) wall.scene.arrange();
    place(wall);
    paint(wall);
  }

  function paint(wall) {
    if (!wall.scene || !wall.snapshot) return;
    wall.scene.paint();
    tick(wall);
  }

  function tick(wall) {
    const now = wall.now();
    if (wall.scene && wall.snapshot && now !== null) wall.scene.tick(now);
  }

  function paintMap(wall) {
    if (!wall.snapshot) return;
    const own = wall.scene && wall.scene.streetsOf;
    root.yiping.map.paint(wall, own ? wall.scene.streetsOf() : wall.snapshot.streets);
  }

  const api = { exists, display, arrange, paint, paintMap, tick };
  root.yiping = Object.assign(root.yiping || {}, { scene: api });
})(window);

/* The breadcrumb's menus close as menus do; a committee that the address points at comes into view. */
(function (root) {
  "use strict";

  const EVERY_MS = 400;
  const SETTLING_MS = 5000; // what is painted above it meanwhile may push it out of view again
  let shown = null; // path and committee that have been brought into view
  let until = 0; // and for how long they are kept there, unless the reader moves

  function close(but) {
    for (const menu of document.querySelectorAll("details.crumb-menu[open]")) {
      if (menu !== but) menu.open = false;
    }
  }

  document.addEventListener("click", (event) => close(event.target.closest("details.crumb-menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest && event.target.closest("details.crumb-menu[open]");
    close(null);
    if (menu) menu.querySelector("summary").focus();
  });

  function visible(node) {
    const box = node.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= root.innerHeight;
  }

  function bring() {
    if (!document.getElementById("street-committees")) {
      shown = null;
      return;
    }
    const asked = new URLSearchParams(root.location.search).get("committee");
    const key = root.location.pathname + " " + asked;
    const node = asked && document.getElementById("committee-" + asked);
    if (!node || node.getAttribute("aria-current") !== "true") return;
    if (shown !== key) {
      shown = key;
      until = performance.now() + SETTLING_MS;
      const folded = node.closest("details");
      if (folded) folded.open = true;
    }
    if (performance.now() < until && !visible(node)) node.scrollIntoView({ block: "center" });
  }

  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    root.addEventListener(kind, () => (until = 0), { passive: true });
  }
  root.setInterval(bring, EVERY_MS);
})(window);

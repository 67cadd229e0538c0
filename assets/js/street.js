/* The breadcrumb's menus close as menus do; a committee that the address points at comes into view. */
(function (root) {
  "use strict";

  const EVERY_MS = 400;
  let shown = null; // path and committee that have been brought into view

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
    if (!node || shown === key || node.getAttribute("aria-current") !== "true") return;
    shown = key;
    const folded = node.closest("details");
    if (folded) folded.open = true;
    if (!visible(node)) node.scrollIntoView({ block: "center" });
  }

  root.setInterval(bring, EVERY_MS);
})(window);

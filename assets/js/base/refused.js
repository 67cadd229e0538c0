/* Dash 4.4.1 reads the body of a callback that was refused (400, 401) twice: once to look for an
   expired token, once for its own error. The second time throws, in every page whose session ends
   while it asks. A text that was read is remembered. */
(function (root) {
  "use strict";

  const read = root.Response.prototype.text;
  const known = new WeakMap();

  root.Response.prototype.text = function text() {
    if (!known.has(this)) known.set(this, read.call(this));
    return known.get(this);
  };
})(window);

// The behaviours of the portal, each bound by a data attribute; every page works without them.
import { counters } from "./counter.js";
import { autosave } from "./autosave.js";
import { keep } from "./keep.js";
import { submitOnce } from "./once.js";

// The order counts: a sending that waits for a saving must not be taken for the sending itself.
function bind(root) {
  counters(root);
  autosave(root);
  keep(root);
  submitOnce(root);
}

bind(document);
document.querySelector("[data-focus]")?.focus();
// What htmx puts in; its first call, for the whole body, is the page that is bound already.
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) bind(event.target); });

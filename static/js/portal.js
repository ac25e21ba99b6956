// The behaviours of the portal, each bound by a data attribute; every page works without them.
import { counters } from "./counter.js";
import { autosave } from "./autosave.js";
import { keep } from "./keep.js";
import { submitOnce } from "./once.js";

document.querySelector("[data-focus]")?.focus();
if (document.querySelector("[data-focus].banner--bad")) document.title = `${document.querySelector("[data-focus] h2").textContent} – ${document.title}`;
counters(document);
submitOnce(document);
keep(document);
autosave(document);

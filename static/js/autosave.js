// data-autosave="<address>": saves the draft on the server while somebody types; says "saved" only when the server has it.
import { forget, remember } from "./keep.js";

const PAUSE = 800;
const AGAIN = 10000;

export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) bind(form);
}

function bind(form) {
  const note = form.querySelector(".save");
  const version = form.querySelector("[name=version]");
  let timer, running = false, dirty = false;

  const say = (state, className) => {
    if (!note) return;
    note.className = `save${className ? ` save--${className}` : ""}`;
    note.textContent = note.dataset[state] ?? "";
  };

  async function save() {
    if (running) { dirty = true; return; }
    running = true;
    dirty = false;
    say("saving", "on");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
        redirect: "manual",
      });
      if (answer.status === 204 && answer.headers.get("X-Version")) {
        if (version) version.value = answer.headers.get("X-Version");
        // The server has it: an old copy must not come back over what is later written elsewhere.
        if (form.dataset.keep) forget(form.dataset.keep);
        say("saved");
      } else if (answer.status === 401) say("signedOut", "off");
      else if (answer.status === 409) say("conflict", "off");
      else say("refused", "off");
    } catch {
      remember(form);
      say("offline", "off");
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN);
    } finally {
      running = false;
      if (dirty) save();
    }
  }

  form.addEventListener("input", () => {
    remember(form);
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  addEventListener("online", () => { if (note?.classList.contains("save--off")) save(); });
}

// data-autosave="<address>": saves the draft on the server while somebody types; says "saved" only when the server has it.
import { remember, typed } from "./keep.js";

const PAUSE = 800;
const AGAIN = 10000;
const PATIENCE = 15000;

export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) bind(form);
}

function bind(form) {
  const note = form.querySelector(".save");
  const version = form.querySelector("[name=version]");
  let timer, running = false, dirty = false, sender;

  const say = (words, className = "") => {
    if (!note || !words) return;
    note.className = `save${className}`;
    note.textContent = words.replace("{time}", new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).format());
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(save, AGAIN); };

  async function answered(answer, sent) {
    if (answer.status === 204 && answer.headers.get("X-Version")) {
      if (version) version.value = answer.headers.get("X-Version");
      // The copy here now says which version the server has; what was typed meanwhile is still unsaved.
      if (form.dataset.keep && sent === JSON.stringify(typed(form))) remember(form, Number(answer.headers.get("X-Version")));
      say(note?.dataset.saved);
    } else if (answer.status === 401) {
      say(note?.dataset.signedOut, " save--off");
      signInLink(note);
    } else if (answer.status === 409) {
      const told = await answer.json().catch(() => ({}));
      // Both texts are on the page now: the next saving is made in sight of theirs.
      if (version && told.version !== undefined) version.value = told.version;
      if (told.stored && !showTheirs(form, told.stored, note?.dataset.theirs)) dirty = true;
      else say(told.message ?? note?.dataset.conflict, " save--off");
    } else {
      say(note?.dataset.refused, " save--off");
      if (answer.status >= 500) later();
    }
  }

  async function save() {
    if (running) { dirty = true; return; }
    running = true;
    dirty = false;
    say(note?.dataset.saving, " save--on");
    const sent = JSON.stringify(typed(form));
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      await answered(answer, sent);
    } catch {
      remember(form);
      say(note?.dataset.offline, " save--off");
      later();
    } finally {
      running = false;
      if (sender !== undefined) form.requestSubmit(sender);
      else if (dirty) save();
    }
  }

  form.addEventListener("input", () => {
    remember(form);
    if (running) dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  // Sending waits for a saving that is on its way, else the two would meet as if they were two people.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sender = event.submitter;
  });
  addEventListener("online", () => { if (note?.classList.contains("save--off")) save(); });
}

function signInLink(note) {
  if (!note?.dataset.signInUrl) return;
  const link = document.createElement("a");
  Object.assign(link, { href: note.dataset.signInUrl, target: "_blank", rel: "noopener", textContent: note.dataset.signIn });
  note.append(" ", link);
}

// What stands on the server, under each answer that differs from it; answers how many do.
function showTheirs(form, stored, words) {
  let different = 0;
  for (const [name, value] of Object.entries(stored)) {
    const field = form.elements[name], theirs = String(value);
    if (!field || field.type === "checkbox" || field.value === theirs) continue;
    different += 1;
    const box = (field.length ? field[0] : field).closest(".field");
    let line = box.querySelector("[data-stored]");
    if (!line) {
      line = document.createElement("p");
      line.className = "hint";
      line.dataset.stored = "";
      box.append(line);
    }
    line.textContent = `${words} ${theirs}`;
  }
  return different;
}

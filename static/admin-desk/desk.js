/* The desk without reloads: keys, saving a line in its place, and finding while one types. Every page works without. */

const QUIET = 250; // milliseconds without a key before what was typed is looked for
const NEEDS_NO_REASON = new Set(["accepted", "later", "open"]);

const form = document.querySelector("#lines");
const lines = () => [...document.querySelectorAll("#lines .line")];
const current = () => document.activeElement?.closest?.("#lines .line") ?? null;

function go(line) {
  if (!line) return;
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "center" });
}

function step(by) {
  const all = lines();
  const at = all.indexOf(current());
  go(at < 0 ? all.find((line) => line.matches(".open")) ?? all[0] : all[at + by]);
}

/* -- Saving a line in its place -- */

async function save(line, { onward = false } = {}) {
  const pk = line.dataset.line;
  const sent = new FormData(form);
  sent.set("save", pk);
  line.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action || location.href, {
    method: "POST",
    body: new URLSearchParams(sent),
    headers: { "X-Part": "lines" },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) return form.requestSubmit(line.querySelector("button[name=save]"));
  const parts = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("#counts")?.replaceWith(parts.querySelector("#counts"));
  for (const fresh of parts.querySelectorAll(".line")) document.getElementById(fresh.id)?.replaceWith(fresh);
  const saved = document.getElementById(line.id);
  say(saved);
  if (saved.matches(".failed")) saved.querySelector("input[type=text]")?.focus();
  else if (onward) go(nextOpen(saved) ?? saved);
  else go(saved);
}

function nextOpen(line) {
  const all = lines();
  return all.slice(all.indexOf(line) + 1).find((each) => each.matches(".open"));
}

function say(line) {
  let voice = document.querySelector("#voice");
  if (!voice) {
    voice = Object.assign(document.createElement("p"), { id: "voice", className: "visually-hidden" });
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = line.querySelector(".error, .answer")?.textContent.trim() ?? "Open again.";
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const line = button?.closest(".line");
  if (!line || button.name !== "save" || line.hasAttribute("aria-busy")) return;
  event.preventDefault();
  save(line);
});

/* -- Keys -- */

const isTyping = (target) =>
  target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]") !== null;

function answer(line, decision) {
  const radio = line.querySelector(`input[type=radio][name^="decision-"][value="${decision}"]`);
  if (!radio) return;
  radio.checked = true;
  const why = line.querySelector("input[name^='note-']");
  if (NEEDS_NO_REASON.has(decision) || why.value.trim()) save(line, { onward: true });
  else why.focus();
}

const KEYS = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  a: (line) => answer(line, "accepted"),
  r: (line) => answer(line, "rejected"),
  s: (line) => answer(line, "same"),
  d: (line) => answer(line, "different"),
  l: (line) => answer(line, "later"),
  u: (line) => answer(line, "open"),
  o: (line) => line.querySelector("[data-more]")?.click(),
};

function help() {
  const shown = document.querySelector("#keys");
  shown.hidden = !shown.hidden;
}

if (form) {
  document.querySelector(".keys-hint").hidden = false;
  document.querySelector("[data-help]").addEventListener("click", help);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      const line = event.target.closest("#lines .line");
      if (event.key === "Enter" && line) {
        event.preventDefault();
        save(line, { onward: true });
      } else if (event.key === "Escape" && line) go(line);
      return;
    }
    if (event.key === "?") return help();
    // Arrows move between lines only once one is chosen, and never within a group of answers: before, they scroll.
    if (event.key.startsWith("Arrow") && (!current() || event.target.matches("input"))) return;
    const act = KEYS[event.key];
    const line = current();
    if (!act || (!line && !["j", "k"].includes(event.key))) return;
    event.preventDefault();
    act(line);
  });
}

/* -- Finding agencies and areas while one types -- */

for (const field of document.querySelectorAll("[data-find]")) {
  const into = document.getElementById(field.dataset.into);
  let wait, asked;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      const query = new URLSearchParams({ q: field.value, line: field.dataset.line ?? "" });
      const answer = await fetch(`${field.dataset.find}?${query}`, { signal: asked.signal }).catch(() => null);
      if (!answer?.ok) return;
      keepTicked(into);
      into.innerHTML = await answer.text();
    }, QUIET);
  });
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

/* Areas that were ticked stay when others are looked for. */
function keepTicked(into) {
  const kept = into.closest("[data-choice]").querySelector("[data-areas]");
  if (kept) for (const box of into.querySelectorAll(".area:has(input:checked)")) kept.append(box);
}

/* Whoever fills in a choice has made it. */
for (const choice of document.querySelectorAll("[data-choice]")) {
  choice.addEventListener("input", () => {
    const decision = choice.closest(".choice").querySelector("input[type=radio][name^='decision-']");
    if (decision) decision.checked = true;
  });
}

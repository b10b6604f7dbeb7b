// A page of a procedure's form. Enhancement only: shows questions as soon as their condition holds, offers the right
// box for a commune, and saves while one types. Without it the server does all of this when the page is saved.

import { follow, settle } from "./questions.js";

const form = document.querySelector("form[data-dossier-form]");
if (form) start(form);

function start(form) {
  const elsewhere = JSON.parse(form.dataset.facts || "{}");
  follow(form, () => settle(form, elsewhere));
  for (const address of form.querySelectorAll("[data-address]")) offerCommunes(address);
  for (const outline of form.querySelectorAll("[data-outline]")) offerFile(outline);
  keepSaving(form);
}

function offerCommunes(address) {
  const province = address.querySelector("[data-province]");
  const [own, other] = [address.querySelector("[data-home-commune]"), address.querySelector("[data-other-commune]")];
  if (!province || !other) return;
  const refresh = () => {
    own.hidden = province.value !== address.dataset.address;
    other.hidden = !own.hidden;
  };
  province.addEventListener("change", refresh);
  refresh();
}

// A GeoJSON file is read into the box beside it, so that it travels with the form like anything typed.
function offerFile(outline) {
  const place = outline.querySelector("[data-outline-file]");
  place.hidden = false;
  place.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const box = outline.querySelector("textarea");
    box.value = (await file.text()).trim();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Saves a moment after the last keystroke and when the page is left or put away. One save at a time; the server says
// which version it has, so that a colleague's work is never overwritten unseen. Without a connection it is tried again
// by itself, sooner when the browser says that it is back.
const RETRIES = [3000, 8000, 20000, 60000];

function keepSaving(form) {
  const line = form.querySelector(".mc-autosave");
  let timer = 0;
  let running = false;
  let again = false;
  let stopped = "waits" in form.dataset; // a colleague's changes are to be looked at before anything is saved
  let unsaved = false;
  let failures = 0;
  let waiting; // the button pressed while a save was on its way: two posts of one page must not meet
  const say = (text, isProblem = false) => {
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("mc-autosave--problem", isProblem);
  };
  const failed = (text) => {
    say(text, true);
    schedule(RETRIES[Math.min(failures, RETRIES.length - 1)]);
    failures += 1;
  };
  const save = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    if (!failures) say(form.dataset.saving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Autosave": "1", Accept: "application/json" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect") {
        stopped = true;
        say(form.dataset.signedOut, true);
      } else if (answer.ok) {
        const kept = await answer.json();
        form.elements.version.value = kept.version;
        form.elements.seen.value = kept.seen;
        failures = 0;
        unsaved = again;
        say(kept.message);
      } else {
        const refusal = await answer.json().catch(() => ({}));
        stopped = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
        if (stopped) say(refusal.message || refusal.detail || form.dataset.unsaved, true);
        else failed(refusal.message || refusal.detail || form.dataset.unsaved);
      }
    } catch {
      failed(form.dataset.unsaved);
    }
    running = false;
    if (waiting !== undefined) {
      const button = waiting;
      waiting = undefined;
      form.requestSubmit(button);
      return;
    }
    if (again && !stopped && !failures) schedule(400);
  };
  const schedule = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const touched = (delay) => {
    unsaved = true;
    if (running) again = true;
    if (!stopped && !failures) schedule(delay);
  };
  form.addEventListener("input", () => touched(1500));
  form.addEventListener("change", () => touched(400));
  window.addEventListener("online", () => failures && !stopped && schedule(0));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && unsaved && !running && !stopped) schedule(0);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    stopped = true;
    unsaved = false;
  });
}

// A file is sent as soon as it is chosen, with progress. The server answers a request marked X-Part with JSON:
// 200 {"reload": address?, "message": text?} or 4xx {"message": text}. Anything else falls back to the plain form.
// A large file goes in parts first, and on from where a lost connection broke it off; see parts.js.

import { LARGE_BYTES, sendParts } from "./parts.js";

export function startUploads(words) {
  const sending = new Set();
  addEventListener("beforeunload", (event) => {
    if (sending.size) event.preventDefault();
  });
  for (const form of document.querySelectorAll("form[data-upload]")) enhance(form, words, sending);
}

function enhance(form, words, sending) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector(".mc-upload__send");
  const progress = form.querySelector("progress");
  const status = form.querySelector(".mc-upload__status");
  button.hidden = true;

  const show = (share, text = words.sending) => {
    progress.value = share;
    status.textContent = share ? `${text} ${share} %` : text;
  };

  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    const file = input.files[0];
    progress.hidden = false;
    status.classList.remove("mc-upload__status--error");
    show(0);
    const body = new FormData(form);
    if (file.size > LARGE_BYTES) {
      sending.add(file);
      const sent = await sendParts(form, file, { show, waiting: words.sendWaits });
      sending.delete(file);
      if (!sent.id) {
        progress.hidden = true;
        refuse(form, status, sent.message || words.sendFailed);
        return;
      }
      body.delete("file");
      body.set("parts", sent.id);
    }
    const request = new XMLHttpRequest();
    sending.add(request);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && !body.has("parts")) show(Math.round((100 * event.loaded) / event.total));
    });
    request.addEventListener("loadend", () => {
      sending.delete(request);
      progress.hidden = true;
      settle(form, request, status, words);
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Part", "upload");
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

function settle(form, request, status, words) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // not our JSON: a page was sent, or nothing at all
  }
  if (request.status >= 200 && request.status < 300) {
    status.textContent = answer.message || "";
    const here = new URL(answer.reload || location.href, location.href);
    here.hash = form.parentElement.id;
    if (here.pathname + here.search === location.pathname + location.search) {
      history.replaceState(null, "", here);
      location.reload();
    } else {
      location.assign(here);
    }
    return;
  }
  refuse(form, status, answer.message || answer.detail || words.sendFailed);
}

function refuse(form, status, message) {
  // The refused file is not here: its name must not go on standing in the box as if it were.
  const input = form.querySelector("input[type=file]");
  input.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  status.classList.add("mc-upload__status--error");
  status.textContent = message;
}

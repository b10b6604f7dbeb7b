// A file is sent as soon as it is chosen, with progress. The server answers a request marked X-Part with JSON:
// 200 {"reload": address?, "message": text?} or 4xx {"message": text}. Anything else falls back to the plain form.

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

  input.addEventListener("change", () => {
    if (!input.files.length) return;
    const request = new XMLHttpRequest();
    sending.add(request);
    progress.hidden = false;
    progress.value = 0;
    status.classList.remove("mc-upload__status--error");
    status.textContent = words.sending;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const share = Math.round((100 * event.loaded) / event.total);
      progress.value = share;
      status.textContent = `${words.sending} ${share} %`;
    });
    request.addEventListener("loadend", () => {
      sending.delete(request);
      progress.hidden = true;
      settle(form, request, status, words);
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Part", "upload");
    request.setRequestHeader("Accept", "application/json");
    request.send(new FormData(form));
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
  // The refused file is not here: its name must not go on standing in the box as if it were.
  const input = form.querySelector("input[type=file]");
  input.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  status.classList.add("mc-upload__status--error");
  status.textContent = answer.message || answer.detail || words.sendFailed;
}

// The editor of procedures. Enhancement only: shows the settings of another kind as soon as it is chosen, and in the
// preview of a form the questions as soon as their condition holds.

import { follow, settle } from "./questions.js";

// On a phone the parts are a strip one pushes aside: the part one is in is in sight.
const here = document.querySelector(".mc-parts__link[aria-current]");
if (here) {
  here.closest(".mc-parts__list").scrollLeft = here.offsetLeft - 12;
}

for (const choice of document.querySelectorAll("form[data-editor] select[data-refresh]")) {
  choice.addEventListener("change", () => {
    const sent = document.createElement("input");
    Object.assign(sent, { type: "hidden", name: "do", value: "refresh" });
    choice.form.append(sent);
    choice.form.requestSubmit(choice.form.querySelector(".mc-default-button"));
  });
}

const preview = document.querySelector("form[data-preview]");
if (preview) {
  const elsewhere = JSON.parse(preview.dataset.facts || "{}");
  follow(preview, () => settle(preview, elsewhere));
}

// The editor of procedures. Enhancement only: shows the settings of another kind as soon as it is chosen, and in the
// preview of a form the questions as soon as their condition holds.

import { answersOf } from "./answers.js";
import { holds } from "./conditions.js";

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
  const questions = [...preview.querySelectorAll("[data-when]")];
  const refresh = () => {
    for (let round = 0; round <= questions.length; round += 1) {
      const facts = { ...elsewhere, ...answersOf(preview) };
      let changed = false;
      for (const question of questions) {
        const row = question.closest(".mc-row");
        const hidden = !holds(JSON.parse(question.dataset.when), row ? { ...facts, ...answersOf(row) } : facts);
        changed ||= hidden !== question.hidden;
        question.hidden = hidden;
      }
      if (!changed) return;
    }
  };
  preview.addEventListener("change", refresh);
  preview.addEventListener("input", refresh);
}

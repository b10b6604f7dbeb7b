// Questions that appear when their condition holds.

import { answersOf } from "./answers.js";
import { holds } from "./conditions.js";

// Show and hide the questions of `form`; `known` is answered on other pages. Gives the facts that then hold.
// An answer to a hidden question counts for nothing, so what hangs on it is looked at again.
export function settle(form, known) {
  const questions = [...form.querySelectorAll("[data-when]")];
  for (let round = 0; round <= questions.length; round += 1) {
    const facts = { ...known, ...answersOf(form) };
    let changed = false;
    for (const question of questions) {
      const row = question.closest(".mc-row");
      const hidden = !holds(JSON.parse(question.dataset.when), row ? { ...facts, ...answersOf(row) } : facts);
      changed ||= hidden !== question.hidden;
      question.hidden = hidden;
    }
    if (!changed) return facts;
  }
  return { ...known, ...answersOf(form) };
}

// Call `refresh` at once and after every change of the form.
export function follow(form, refresh) {
  form.addEventListener("change", refresh);
  form.addEventListener("input", refresh);
  refresh();
}

// The page of a procedure: the lists of documents and fees follow the answers at once. Enhancement only: without it
// the button asks the server, which judges by the same conditions.

import { answerOf, answersOf } from "./answers.js";
import { holds } from "./conditions.js";

const form = document.querySelector("form[data-tailor]");
if (form) start(form);

function start(form) {
  const questions = [...form.querySelectorAll("[data-field]")];
  const items = [...document.querySelectorAll("[data-applies-when]")];
  const known = JSON.parse(form.dataset.facts);
  const refresh = () => {
    for (let round = 0; round <= questions.length; round += 1) {
      const facts = { ...known, ...answersOf(form) };
      let changed = false;
      for (const question of questions.filter((each) => each.dataset.when)) {
        const hidden = !holds(JSON.parse(question.dataset.when), facts);
        changed ||= hidden !== question.hidden;
        question.hidden = hidden;
      }
      if (!changed) break;
    }
    const facts = { ...known, ...answersOf(form) };
    const settled = new Set(["case"]);
    for (const question of questions) {
      if (question.hidden || answerOf(question) !== undefined) settled.add(question.dataset.field);
    }
    for (const item of items) {
      const condition = JSON.parse(item.dataset.appliesWhen);
      const isOpen = fieldsOf(condition).some((field) => !settled.has(field));
      const applies = isOpen || holds(condition, facts);
      item.hidden = !applies;
      item.classList.toggle("mc-applies", applies && !isOpen);
    }
  };
  form.addEventListener("change", refresh);
  form.addEventListener("input", refresh);
  refresh();
}

function fieldsOf(condition) {
  if (condition.field) return [condition.field.split(".")[0]];
  return [condition.of ?? []].flat().flatMap(fieldsOf);
}

// The page of a procedure: the lists of documents and fees follow the answers at once. Enhancement only: without it
// the button asks the server, which judges by the same conditions.

import { answerOf } from "./answers.js";
import { holds } from "./conditions.js";
import { follow, settle } from "./questions.js";

const form = document.querySelector("form[data-tailor]");
if (form) start(form);

function start(form) {
  const questions = [...form.querySelectorAll("[data-field]")];
  const items = [...document.querySelectorAll("[data-applies-when]")];
  const known = JSON.parse(form.dataset.facts);
  follow(form, () => {
    const facts = settle(form, known);
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
  });
}

function fieldsOf(condition) {
  if (condition.field) return [condition.field.split(".")[0]];
  return [condition.of ?? []].flat().flatMap(fieldsOf);
}

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
  form.addEventListener("change", showStale);
  follow(form, () => {
    const facts = settle(form, known);
    const settled = new Set(["case"]);
    for (const question of questions) {
      if (question.hidden || answerOf(question) !== undefined) settled.add(question.dataset.field);
    }
    for (const item of items) {
      const applies = certainty(JSON.parse(item.dataset.appliesWhen), facts, settled);
      item.hidden = applies === false;
      item.classList.toggle("mc-applies", applies === true);
    }
  });
}

// What stands above the form was said of other answers.
function showStale() {
  const [outcome, stale] = ["[data-outcome]", "[data-outcome-stale]"].map((mark) => document.querySelector(mark));
  if (outcome && stale) [outcome.hidden, stale.hidden] = [true, false];
}

// Whether the condition holds whatever the questions still open are answered; undefined where that depends on them.
function certainty(condition, facts, settled) {
  if (condition.op === "and" || condition.op === "or") {
    const parts = condition.of.map((part) => certainty(part, facts, settled));
    const decides = condition.op === "or";
    if (parts.includes(decides)) return decides;
    return parts.includes(undefined) ? undefined : !decides;
  }
  if (condition.op === "not") {
    const inner = certainty(condition.of, facts, settled);
    return inner === undefined ? undefined : !inner;
  }
  if (condition.field && !settled.has(condition.field.split(".")[0])) return undefined;
  return holds(condition, facts);
}

// A page of a procedure's form. Enhancement only: shows questions as soon as their condition holds, offers the right
// box for a commune, and saves while one types. Without it the server does all of this when the page is saved.

const form = document.querySelector("form[data-dossier-form]");
if (form) start(form);

function start(form) {
  const questions = [...form.querySelectorAll("[data-when]")];
  const elsewhere = JSON.parse(form.dataset.facts || "{}");
  const refresh = () => {
    // An answer to a hidden question counts for nothing, so what hangs on it needs another look.
    for (let round = 0; round <= questions.length; round += 1) {
      const facts = { ...elsewhere, ...answersOf(form) };
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
  form.addEventListener("change", refresh);
  form.addEventListener("input", refresh);
  refresh();
  for (const address of form.querySelectorAll("[data-address]")) offerCommunes(address);
  keepSaving(form);
}

// What is answered inside `place`, as the conditions see it: by field code, numbers and days as text.
function answersOf(place) {
  const isForm = place.matches("form");
  const answers = {};
  for (const question of place.querySelectorAll("[data-field]")) {
    if (question.hidden || (isForm && (question.closest(".mc-row") || question.parentElement.closest("[hidden]")))) continue;
    const answer = answerOf(question);
    if (answer !== undefined) answers[question.dataset.field] = answer;
  }
  return answers;
}

function answerOf(question) {
  const value = (selector) => question.querySelector(selector)?.value.trim() ?? "";
  switch (question.dataset.type) {
    case "yes_no": {
      const chosen = value("input:checked");
      return chosen ? chosen === "yes" : undefined;
    }
    case "choice":
      return value("input:checked, select") || undefined;
    case "many": {
      const chosen = [...question.querySelectorAll("input:checked")].map((box) => box.value);
      return chosen.length ? chosen : undefined;
    }
    case "number":
      return numberText(value("input"));
    case "money": {
      const amount = numberText(value("[name$='.amount']"));
      return amount && { amount, currency: value("select") || "VND" };
    }
    case "date": {
      const [day, month, year] = ["day", "month", "year"].map((part) => value(`[name$='.${part}']`));
      return day && month && year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : undefined;
    }
    case "address": {
      const province = value("[data-province]") || question.querySelector("[data-address]").dataset.address;
      const commune = value("[name$='.commune']") || value("[name$='.commune_elsewhere']");
      const street = value("[name$='.street']");
      return commune || street ? { province, commune, street } : undefined;
    }
    case "rows": {
      const filled = [...question.querySelectorAll(".mc-row input:not([type=radio]):not([type=checkbox]), .mc-row textarea")];
      return filled.some((box) => box.value.trim()) ? ["…"] : undefined;
    }
    default:
      return value("input:not([type=hidden]), textarea") || undefined;
  }
}

// "1.250,5" and "1250.5" are both twelve hundred and fifty and a half; the server reads more strictly.
function numberText(typed) {
  let text = typed.replace(/\s/gu, "");
  if (text.includes(",")) text = text.replace(/\./gu, "").replace(",", ".");
  else if (/^\d{1,3}(\.\d{3})+$/u.test(text)) text = text.replace(/\./gu, "");
  return /^-?\d+(\.\d+)?$/u.test(text) ? text : undefined;
}

function holds(condition, facts) {
  switch (condition.op) {
    case "always":
      return true;
    case "and":
      return condition.of.every((part) => holds(part, facts));
    case "or":
      return condition.of.some((part) => holds(part, facts));
    case "not":
      return !holds(condition.of, facts);
    default:
      return compare(condition, lookUp(condition.field, facts));
  }
}

function lookUp(path, facts) {
  if (path in facts) return facts[path];
  return path.split(".").reduce((found, part) => (found && typeof found === "object" ? found[part] : undefined), facts);
}

function compare(condition, answer) {
  if (isEmpty(answer)) return false;
  if (condition.op === "present") return true;
  if (condition.op === "eq") return is(answer, condition.value);
  if (condition.op === "in") return condition.values.some((value) => is(answer, value));
  const amount = typeof answer === "object" && !Array.isArray(answer) ? answer.amount : answer;
  if (typeof amount !== "string" || typeof condition.value === "boolean") return false;
  if (typeof condition.value === "string") return condition.op === "gt" ? amount > condition.value : amount < condition.value;
  return condition.op === "gt" ? Number(amount) > condition.value : Number(amount) < condition.value;
}

function is(answer, value) {
  if (Array.isArray(answer)) return answer.some((part) => is(part, value));
  if (answer && typeof answer === "object") return typeof value === "number" && is(answer.amount ?? "", value);
  if (typeof value === "boolean" || typeof answer === "boolean") return answer === value;
  return typeof value === "string" ? answer === value : Number(answer) === value;
}

function isEmpty(answer) {
  if (answer === undefined || answer === null) return true;
  if (typeof answer === "boolean") return false;
  if (typeof answer === "string") return !answer.trim();
  if (Array.isArray(answer)) return answer.length === 0;
  return Object.values(answer).every(isEmpty);
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

// Saves a moment after the last keystroke and before the page is left. One save at a time; the server says which
// version it has, so that a colleague's work is never overwritten unseen.
function keepSaving(form) {
  const line = form.querySelector(".mc-autosave");
  let timer = 0;
  let running = false;
  let again = false;
  let stopped = false;
  let waiting; // the button pressed while a save was on its way: two posts of one page must not meet
  const say = (text, isProblem = false) => {
    line.textContent = text;
    line.classList.toggle("mc-autosave--problem", isProblem);
  };
  const save = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    say(form.dataset.saving);
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
        say(form.dataset.saved);
      } else {
        const refusal = await answer.json().catch(() => ({}));
        stopped = answer.status === 409;
        say(refusal.message || refusal.detail || form.dataset.unsaved, true);
      }
    } catch {
      say(form.dataset.unsaved, true);
    }
    running = false;
    if (waiting !== undefined) {
      const button = waiting;
      waiting = undefined;
      form.requestSubmit(button);
      return;
    }
    if (again && !stopped) schedule(400);
  };
  const schedule = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  form.addEventListener("input", () => stopped || schedule(1500));
  form.addEventListener("change", () => stopped || schedule(400));
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    stopped = true;
  });
}

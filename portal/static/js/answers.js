// What stands in the boxes of a form, as the conditions of the catalogue see it.

// What is answered inside `place`, as the conditions see it: by field code, numbers and days as text.
export function answersOf(place) {
  const isForm = place.matches("form");
  const answers = {};
  for (const question of place.querySelectorAll("[data-field]")) {
    if (question.hidden || (isForm && (question.closest(".mc-row") || question.parentElement.closest("[hidden]")))) continue;
    const answer = answerOf(question);
    if (answer !== undefined) answers[question.dataset.field] = answer;
  }
  return answers;
}

export function answerOf(question) {
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
    case "outline": {
      const points = value("textarea");
      return points ? { points } : undefined;
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

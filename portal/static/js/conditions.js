// The condition language of the catalogue, judged in the page exactly as portal/catalogue/conditions.py judges it.
// tests/catalogue/condition_cases.json holds for both.

// Whether `condition` holds over `facts`. No condition holds always; a missing answer satisfies nothing.
export function holds(condition, facts) {
  if (condition === undefined || condition === null) return true;
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

// The answer at `path`, following dots into parts of an answer.
export function lookUp(path, facts) {
  if (Object.hasOwn(facts, path)) return facts[path];
  let found = facts;
  for (const part of path.split(".")) {
    if (!isParts(found) || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
  }
  return found;
}

// Whether nothing was answered: no letters, no rows, or parts all empty. "No" is an answer.
export function isEmpty(answer) {
  if (answer === undefined || answer === null) return true;
  if (typeof answer === "boolean") return false;
  if (typeof answer === "string") return !answer.trim();
  if (Array.isArray(answer)) return answer.length === 0;
  return Object.values(answer).every(isEmpty);
}

function compare(condition, answer) {
  if (isEmpty(answer)) return false;
  switch (condition.op) {
    case "present":
      return true;
    case "eq":
      return is(answer, condition.value);
    case "in":
      return condition.values.some((value) => is(answer, value));
    default:
      return isBeyond(condition, answer);
  }
}

function is(answer, value) {
  if (isParts(answer)) {
    return Object.hasOwn(answer, "amount") && typeof value === "number" && is(answer.amount, value);
  }
  if (Array.isArray(answer)) return typeof value !== "boolean" && answer.some((part) => is(part, value));
  if (typeof value === "boolean" || typeof answer === "boolean") return answer === value;
  if (typeof value === "string") return answer === value;
  return order(answer, value) === 0;
}

function isBeyond(condition, answer) {
  const amount = isParts(answer) ? (answer.amount ?? "") : answer;
  if (typeof amount !== "string" || typeof condition.value === "boolean") return false;
  if (typeof condition.value === "string") {
    return condition.op === "gt" ? amount > condition.value : amount < condition.value;
  }
  const found = order(amount, condition.value);
  return condition.op === "gt" ? found === 1 : found === -1;
}

function isParts(answer) {
  return typeof answer === "object" && answer !== null && !Array.isArray(answer);
}

// -1, 0 or 1 as the number in `text` is less than, equal to or greater than `value`; undefined where it is no number.
// Digits are compared, not fractions of two, so that 0.1 is 0.1.
function order(text, value) {
  const [one, other] = [decimal(text), decimal(String(value))];
  if (!one || !other) return undefined;
  const exponent = Math.min(one.exponent, other.exponent);
  const [left, right] = [one, other].map((each) => each.digits * 10n ** BigInt(each.exponent - exponent));
  return left === right ? 0 : left < right ? -1 : 1;
}

function decimal(text) {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/iu.exec(text);
  if (!found || !(found[2] || found[3])) return undefined;
  const [, sign, whole, fraction = "", power = "0"] = found;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(power) - fraction.length };
}

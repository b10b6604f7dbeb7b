// A large file in parts. The server says how much it has; after a lost connection, or in another visit of the same
// page, sending goes on from there. Answers {"id"}, or {"message"?} where it came to nothing.

export const LARGE_BYTES = 2 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;
const MOST_FAILURES = 12;
const LONGEST_WAIT = 15_000;

export async function sendParts(form, file, { show, waiting }) {
  const token = form.querySelector("[name=csrf_token]")?.value || "";
  const place = `upload ${form.action} ${file.name} ${file.size} ${file.lastModified}`;
  let at = await known(place);
  let failures = 0;
  while (failures < MOST_FAILURES) {
    try {
      at ??= await asked("/uploads", token, new URLSearchParams({ filename: file.name, size: file.size }));
      localStorage.setItem(place, at.address);
      if (at.received >= at.size) {
        localStorage.removeItem(place);
        return { id: at.id };
      }
      show(Math.round((100 * at.received) / at.size));
      const part = file.slice(at.received, at.received + Math.min(PART_BYTES, at.largest));
      at = await asked(at.address, token, part, at.received);
      failures = 0;
    } catch (problem) {
      if (problem.refused) {
        localStorage.removeItem(place);
        return { message: problem.message };
      }
      failures += 1;
      show(at ? Math.round((100 * at.received) / at.size) : 0, waiting);
      await connection(Math.min(LONGEST_WAIT, 500 * 2 ** failures));
      at = await known(place);
    }
  }
  return {};
}

async function known(place) {
  const address = localStorage.getItem(place);
  if (!address) return null;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.json() : null;
}

async function asked(address, token, body, start) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (start !== undefined) Object.assign(headers, { "Content-Type": "application/octet-stream", "X-Part-Start": start });
  const answer = await fetch(address, { method: "POST", headers, body });
  if (answer.ok && !answer.redirected) return answer.json();
  const told = await answer.json().catch(() => ({}));
  // 5xx and 409 are no last word: the server is asked what it has, and sending goes on from there.
  const refused = answer.status >= 400 && answer.status < 500 && answer.status !== 409;
  throw Object.assign(new Error(told.message || ""), { refused });
}

function connection(milliseconds) {
  return new Promise((go) => {
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
  });
}

// The receipt is written by a worker some seconds after the filing. Enhancement only: asks for the same page again until
// the receipt is there, ever more rarely, and then puts it in place, where a screen reader hears of it. After two minutes,
// or once this page leads on to the dossier because an officer has it already, it stops, and the link "Look again",
// which is all there is without this file, comes back.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const GIVE_UP_AFTER = 120000;

const receipt = document.querySelector("#receipt[data-waiting]");
if (receipt) {
  const again = receipt.querySelector("[data-look-again]");
  again.hidden = true;
  look(receipt, again, FIRST_WAIT, Date.now() + GIVE_UP_AFTER);
}

function look(receipt, again, wait, until) {
  setTimeout(async () => {
    const { found, leadsOn } = await fresh().catch(() => ({}));
    if (found && !found.hasAttribute("data-waiting")) {
      receipt.removeAttribute("data-waiting");
      receipt.replaceChildren(...found.childNodes);
    } else if (leadsOn || Date.now() > until) {
      again.hidden = false;
    } else {
      look(receipt, again, Math.min(wait * 1.5, LONGEST_WAIT), until);
    }
  }, wait);
}

async function fresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (!answer.ok) return { leadsOn: answer.type === "opaqueredirect" };
  return { found: new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#receipt") };
}

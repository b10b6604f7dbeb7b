// Choosing many dossiers of the queue: all on this page at once, and how many are chosen.
const form = document.getElementById("many");
const boxes = [...document.querySelectorAll('input[name="chosen"]')];
const all = form.querySelector("[data-all]");
const said = form.querySelector("[data-chosen]");
const whole = form.querySelector('input[name="everything"]');
const plain = said.textContent;

function tell() {
  const number = boxes.filter((box) => box.checked).length;
  all.checked = number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
  said.textContent = number ? said.dataset.chosen.replace("{n}", number) : plain;
  for (const box of [all, ...boxes]) box.disabled = whole.checked;
}

all.closest("label").hidden = false;
all.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  tell();
});
for (const box of [whole, ...boxes]) box.addEventListener("change", tell);
addEventListener("pageshow", tell);

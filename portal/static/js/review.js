// A picture beside the dossier is enlarged and turned in place; without this file the links do the same by a new page.
const viewer = document.querySelector(".mc-viewer[data-zoom]");
const sizes = [100, 150, 200, 300];

viewer?.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (!act) return;
  event.preventDefault();
  if (act === "turn") {
    viewer.dataset.turn = (Number(viewer.dataset.turn) + 90) % 360;
    return;
  }
  const next = sizes.indexOf(Number(viewer.dataset.zoom)) + (act === "larger" ? 1 : -1);
  viewer.dataset.zoom = sizes[Math.min(Math.max(next, 0), sizes.length - 1)];
});

// One tick for a whole group: every line of it that is not marked wrong is shown as right.
document.querySelector("#ticks")?.addEventListener("change", (event) => {
  const all = event.target.closest('.mc-all input[type="checkbox"]');
  if (!all) return;
  for (const line of all.closest("details, section").querySelectorAll(".mc-tick__choice")) {
    const [right, wrong] = line.querySelectorAll('input[type="radio"]');
    if (!wrong.checked) right.checked = all.checked;
  }
});

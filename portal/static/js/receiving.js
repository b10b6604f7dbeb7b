// How a result is received. Enhancement only: the address is shown for the post alone, and of the two boxes for a
// commune the one that fits the province. Without it all boxes stand there, and the server reads those that count.

const form = document.querySelector("form:has([data-only-for])");
if (form) start(form);

function start(form) {
  const parts = [...form.querySelectorAll("[data-only-for]")];
  const address = form.querySelector("[data-address]");
  const refresh = () => {
    const chosen = form.querySelector("input[name='way']:checked")?.value;
    for (const part of parts) part.hidden = part.dataset.onlyFor !== chosen;
    const isHome = address.querySelector("[data-province] select").value === address.dataset.address;
    address.querySelector("[data-home-commune]").hidden = !isHome;
    address.querySelector("[data-other-commune]").hidden = isHome;
  };
  form.addEventListener("change", refresh);
  refresh();
}

// A long <select data-autocomplete> becomes a box one types into. The script is only fetched where such a list exists,
// and the plain list stays when it cannot be.

const ADDRESS = "../vendor/accessible-autocomplete-3.0.1/accessible-autocomplete.min";

export async function startAutocompletes() {
  const lists = document.querySelectorAll("select[data-autocomplete]");
  if (!lists.length) return;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL(`${ADDRESS}.css`, import.meta.url);
  document.head.prepend(style);
  await import(`${ADDRESS}.js`);
  for (const list of lists) {
    const entries = [...list.options].filter((option) => option.value);
    globalThis.accessibleAutocomplete.enhanceSelectElement({
      selectElement: list,
      defaultValue: list.selectedOptions[0]?.value ? list.selectedOptions[0].text : "",
      showAllValues: true,
      tNoResults: () => list.dataset.nothing || "–",
      source: (query, show) => show(entries.map((entry) => entry.text).filter((text) => plain(text).includes(plain(query)))),
    });
  }
}

// "Đồng Đăng" is found by "dong dang"
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/giu, "d").toLowerCase();
}

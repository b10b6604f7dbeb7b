// Enhancement only: every page works without this file. Starts the design system in the reader's language and our own
// small habits: no double submit, printing, menus that close, filters that fold on a phone, files sent one by one.
import * as govuk from "../vendor/govuk-frontend-6.3.0/govuk-frontend.min.js";
import { startUploads } from "./upload.js";
import { startAutocompletes } from "./choose.js";

const words = JSON.parse(document.body.dataset.words || "{}");

govuk.initAll({
  passwordInput: {
    i18n: {
      showPassword: words.showPassword,
      hidePassword: words.hidePassword,
      showPasswordAriaLabel: words.showPasswordAria,
      hidePasswordAriaLabel: words.hidePasswordAria,
      passwordShownAnnouncement: words.passwordShown,
      passwordHiddenAnnouncement: words.passwordHidden,
    },
  },
  characterCount: {
    i18n: {
      charactersUnderLimit: { one: words.charactersUnderOne, other: words.charactersUnderOther },
      charactersOverLimit: { one: words.charactersOverOne, other: words.charactersOverOther },
      charactersAtLimit: words.charactersAtLimit,
    },
  },
  fileUpload: {
    i18n: {
      chooseFilesButton: words.chooseFile,
      dropInstruction: words.dropFile,
      noFileChosen: words.noFile,
      multipleFilesChosen: { one: words.filesOne, other: words.filesOther },
      enteredDropZone: words.enteredDropZone,
      leftDropZone: words.leftDropZone,
    },
  },
  accordion: {
    i18n: {
      showAllSections: words.showAll,
      hideAllSections: words.hideAll,
      showSection: words.show,
      hideSection: words.hide,
      showSectionAriaLabel: words.show,
      hideSectionAriaLabel: words.hide,
    },
  },
});

// The comma the file chooser adds for screen readers is not in its visible text, so the spoken name would differ.
for (const comma of document.querySelectorAll(".govuk-file-upload-button [id$='-comma']")) comma.replaceWith(" ");

// A form marked data-once is sent once; coming back with the back button makes it sendable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) delete form.dataset.sent;
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

const menus = document.querySelectorAll(".mc-account");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const fold of document.querySelectorAll("[data-closed-below]")) {
  if (innerWidth < Number(fold.dataset.closedBelow)) fold.open = false;
}

startUploads(words);
startAutocompletes();

"""The forms of the account pages. They check shape; the actions check sense."""

import re
from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import (
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms import Form as AnyForm
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from portal.accounts.passwords import SHORTEST
from portal.accounts.tax_codes import CHINA, HOME
from portal.accounts.wording import BUSINESS_FIELDS, LANGUAGE_NAMES
from portal.foundation import web
from portal.foundation.errors import Invalid, PortalError
from portal.foundation.forms import DateField, EmailAddress, Form, Telephone
from portal.foundation.search import search_key
from portal.workflow.lifecycle import CompanyRole

PROCEDURE_CODE = re.compile(r"\d\.\d{6}|LS-[A-Z0-9][A-Z0-9-]{0,10}[A-Z0-9]")
LONGEST_LINE = 200
LONGEST_TEXT = 2000
LONGEST_PASSWORD = 256
TOO_SHORT = _("Use at least %(shortest)s characters. Several words in a row are easy to remember.", shortest=SHORTEST)
COMPANY_ROLES = (
    SelectChoice(CompanyRole.OWNER.value, _("Owner: everything, including people and mandates")),
    SelectChoice(CompanyRole.FILER.value, _("Filer: drafts and files dossiers")),
    SelectChoice(CompanyRole.PAYER.value, _("Payer: sees dossiers and pays fees")),
    SelectChoice(CompanyRole.VIEWER.value, _("Viewer: sees dossiers")),
)


def show_refusal(form: AnyForm, error: PortalError, *, field: str | None = None) -> None:
    """Write what an action refused beside the fields it names, or beside `field` if it names none.

    Raises the error again where the form has no such field to put it beside.
    """
    named = error.fields or ({field: error.code} if field else {})
    if not named or any(name not in form for name in named):
        raise error
    for name, code in named.items():
        named_error = PortalError(code)
        named_error.details = error.details
        sentence = web.explanation(named_error)
        form[name].errors = [*form[name].errors, sentence or code]


def show_mistakes(form: AnyForm, mistakes: Mapping[str, str]) -> None:
    """Write what an action would refuse beside those fields in which the form itself found nothing wrong."""
    fresh = {name: code for name, code in mistakes.items() if not form[name].errors}
    if fresh:
        show_refusal(form, Invalid(fields=fresh))


def _required(sentence: str) -> list[object]:
    return [InputRequired(sentence), Length(max=LONGEST_LINE)]


class SignInForm(Form):
    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address."))],
        render_kw={"type": "email", "autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Enter your password."))],
    )


class CodeForm(Form):
    code = StringField(
        _("Code of six digits"),
        [
            InputRequired(_("Enter the code your app shows.")),
            Regexp(r"^\s*(\d\s*){6}$", message=_("The code has six digits.")),
        ],
        description=_("Your authenticator app shows a new one every half minute."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class RecoveryForm(Form):
    """One of the ten codes shown when the app was set up."""

    code = StringField(
        _("Recovery code"),
        [InputRequired(_("Enter one of your recovery codes.")), Length(max=LONGEST_LINE)],
        description=_("Four groups of four letters and figures, from the list you kept. Each code is good once."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class PasskeyForm(Form):
    """What a new passkey is called in its person's list."""

    name = StringField(
        _("Name of the passkey"),
        [InputRequired(_("Give the passkey a name.")), Length(max=60)],
        description=_("So that you know it again, for example “Office computer” or “Telephone”."),
        render_kw={"autocomplete": "off"},
    )


class PasswordAgainForm(Form):
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Enter your password."))],
    )


class SecondFactorForm(CodeForm):
    """Setting up an app while signed in: the password shows that it is the person."""

    current_password = PasswordField(
        _("Your password"),
        [InputRequired(_("Enter your password."))],
    )


class ForgottenForm(Form):
    email = EmailField(
        _("E-mail address"),
        [*_required(_("Enter your e-mail address.")), EmailAddress()],
        description=_("The one you sign in with."),
        render_kw={"type": "email", "autocomplete": "username", "spellcheck": "false"},
    )


class ChoosePasswordForm(Form):
    password = PasswordField(
        _("New password"),
        [InputRequired(_("Choose a password.")), Length(max=LONGEST_PASSWORD)],
        description=_("Long is what counts. Several words in a row are good; signs and figures are not needed."),
        render_kw={"params": {"autocomplete": "new-password"}},
    )


class AddressForm(Form):
    email = EmailField(
        _("New e-mail address"),
        [*_required(_("Enter the new e-mail address.")), EmailAddress()],
        description=_("We send a letter there. The old address counts until you open the link in it."),
        render_kw={"type": "email", "autocomplete": "email", "spellcheck": "false"},
    )
    current_password = PasswordField(
        _("Your password"),
        [InputRequired(_("Enter your password."))],
    )


class PasswordForm(Form):
    current_password = PasswordField(
        _("Your password now"),
        [InputRequired(_("Enter your password."))],
    )
    password = PasswordField(
        _("New password"),
        [InputRequired(_("Enter a new password.")), Length(max=LONGEST_PASSWORD)],
        description=_("Long is what counts. Several words in a row are good; signs and figures are not needed."),
        render_kw={"params": {"autocomplete": "new-password"}},
    )


class LanguageForm(Form):
    language = RadioField(
        _("Language"),
        [InputRequired(_("Choose a language."))],
        choices=[SelectChoice(*pair) for pair in LANGUAGE_NAMES.items()],
    )


class RegisterForm(Form):
    name = StringField(
        _("Your full name"),
        _required(_("Enter your full name.")),
        description=_("As it is written in your identity paper."),
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _("E-mail address"),
        [*_required(_("Enter your e-mail address.")), EmailAddress()],
        description=_("You sign in with it, and notices go there."),
        render_kw={"type": "email", "autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Choose a password.")), Length(min=SHORTEST, message=TOO_SHORT), Length(max=LONGEST_PASSWORD)],
        description=_("At least 15 characters. Several words in a row are good; signs and figures are not needed."),
        render_kw={"params": {"autocomplete": "new-password"}},
    )


class CompanyForm(Form):
    name = StringField(
        _("Name of the company"),
        _required(_("Enter the name of the company.")),
        description=_("As it is written in the enterprise registration certificate."),
        render_kw={"autocomplete": "organization"},
    )
    country = SelectField(_("Where it is registered"), choices=[], validate_choice=True, default=HOME)
    tax_code = StringField(
        _("Tax code, or number in the register abroad"),
        _required(_("Enter the tax code or the number.")),
        description=_(
            "Vietnam: 10 digits, or 13 for a branch, or 12 for a household business. China: the unified social credit "
            "code of 18 signs. Elsewhere: the number in the register of companies."
        ),
        render_kw={"spellcheck": "false", "autocapitalize": "characters"},
    )
    address = TextAreaField(
        _("Head office"),
        [InputRequired(_("Enter the address of the head office.")), Length(max=LONGEST_TEXT)],
        render_kw={"autocomplete": "street-address", "params": {"rows": 3}},
    )
    representative = StringField(_("Legal representative"), _required(_("Enter the name of the legal representative.")))
    phone = TelField(
        _("Telephone (optional)"),
        [Optional(), Telephone()],
        render_kw={"type": "tel", "autocomplete": "tel"},
    )

    def offer(self, names: Mapping[str, str]) -> "CompanyForm":
        """The countries by code, named in the reader's language: ours and our neighbour first."""
        first = [HOME, CHINA]
        others = sorted((code for code in names if code not in first), key=lambda code: search_key(names[code]))
        self.country.choices = [SelectChoice(code, names[code]) for code in (*first, *others)]
        return self


class RefusalForm(Form):
    reason = TextAreaField(
        _("What is wrong"),
        [InputRequired(_("Write what is wrong, so that the company can put it right.")), Length(max=LONGEST_TEXT)],
        description=_("The company reads this."),
        render_kw={"params": {"rows": 3}},
    )


class CosigningForm(Form):
    """Whether a company's filings are co-signed by a second person."""

    needed = RadioField(
        _("Co-signature before filing"),
        [InputRequired(_("Choose whether filings are co-signed."))],
        choices=[
            ("no", _("One person is enough: whoever declares also files")),
            ("yes", _("A second person co-signs every dossier before it is filed online")),
        ],
    )


class MemberForm(Form):
    email = EmailField(
        _("E-mail address of the person"),
        [*_required(_("Enter the e-mail address.")), EmailAddress()],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    role = RadioField(_("Role"), [InputRequired(_("Choose a role."))], choices=COMPANY_ROLES)


class MandateForm(Form):
    agent_tax_code = StringField(
        _("Tax code of the agent"),
        _required(_("Enter the tax code of the agent.")),
        render_kw={"inputmode": "numeric", "spellcheck": "false"},
    )
    fields_of_business = SelectMultipleField(
        _("Only in these fields"),
        choices=[SelectChoice(*pair) for pair in BUSINESS_FIELDS.items()],
        description=_("Choose none to allow all fields."),
    )
    procedures = StringField(
        _("Only for these procedures"),
        [Optional(), Length(max=LONGEST_TEXT)],
        description=_("Codes such as 1.004191, with blanks between them. Leave empty to allow all."),
        render_kw={"spellcheck": "false"},
    )
    valid_from = DateField(_("First day"), [InputRequired(_("Enter the first day."))])
    valid_until = DateField(_("Last day"), [InputRequired(_("Enter the last day."))])

    @property
    def procedure_codes(self) -> list[str]:
        """The codes typed, in the order typed."""
        return (self.procedures.data or "").replace(",", " ").replace(";", " ").upper().split()

    @property
    def validity(self) -> tuple[date, date]:
        """First and last day, of a form that was found right."""
        first, last = self.valid_from.data, self.valid_until.data
        assert first is not None and last is not None  # noqa: S101, PT018 - both are required above
        return first, last

    def validate_procedures(self, _field: Field) -> None:
        """Each must look like a procedure's code."""
        for code in self.procedure_codes:
            if not PROCEDURE_CODE.fullmatch(code):
                raise ValidationError(_("%(code)s is not the code of a procedure.") % {"code": code})

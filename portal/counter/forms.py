"""The forms of the counter: which procedure and for whom, who stands there, and a claim to a dossier filed there."""

import re
from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields import Field, SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.accounts.models import PartyKind
from portal.accounts.tax_codes import CHINA, HOME
from portal.accounts.wording import LANGUAGE_NAMES
from portal.dossiers.models import Standing
from portal.foundation.forms import EmailAddress, Form
from portal.foundation.search import search_key

LONGEST_LINE = 200
LONGEST_TEXT = 2000
IDENTITY = re.compile(r"[0-9A-Z]{6,20}")
PHONE = re.compile(r"\+?[0-9]{8,15}")

KINDS = (
    SelectChoice(PartyKind.ORGANISATION.value, _("A company or another organisation")),
    SelectChoice(PartyKind.INDIVIDUAL.value, _("A person")),
)
STANDINGS = (
    SelectChoice(Standing.OWNER.value, _("It is their own matter")),
    SelectChoice(Standing.REPRESENTATIVE.value, _("As the legal representative")),
    SelectChoice(Standing.AUTHORISED.value, _("With a written power, which they have shown")),
)
CONSENT_WORDING = 1
"""The number of the wording of `WalkInForm.consent`; a new wording gets the next one."""


def plain_number(text: str | None) -> str:
    """An identity number or telephone number without blanks, dots and hyphens, in capitals."""
    return re.sub(r"[\s.\-]", "", text or "").upper()


def _required(sentence: str) -> list[object]:
    return [InputRequired(sentence), Length(max=LONGEST_LINE)]


class IdentityNumber:
    """Looks like the number of an identity card or a passport."""

    def __call__(self, form: object, field: Field) -> None:  # noqa: ARG002
        if field.data and not IDENTITY.fullmatch(plain_number(field.data)):
            raise ValidationError(str(_("A number has 6 to 20 figures or letters: 12 on an identity card.")))


class PhoneNumber:
    """Looks like a telephone number."""

    def __call__(self, form: object, field: Field) -> None:  # noqa: ARG002
        if field.data and not PHONE.fullmatch(plain_number(field.data)):
            raise ValidationError(str(_("Write the telephone number in figures, for example 0912 345 678.")))


class BeginForm(Form):
    """For which procedure, and whose number is looked up."""

    procedure = SelectField(_("Procedure"), [InputRequired(_("Choose the procedure."))], choices=[])
    kind = RadioField(
        _("Whose matter is it?"), [InputRequired(_("Choose whose matter it is."))], choices=KINDS, coerce=str
    )
    country = SelectField(_("Where it is registered, or which country gave the passport"), choices=[], default=HOME)
    number = StringField(
        _("Tax code, or identity number of the person"),
        _required(_("Enter the number: it tells whether they are known here already.")),
        description=_(
            "A company: 10 digits, 13 for a branch, or its number in the register abroad. A person: the 12 digits of "
            "the identity card."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )

    def offer(self, procedures: Iterable[tuple[str, str]], countries: Mapping[str, str]) -> "BeginForm":
        """The procedures in force, and the countries by code: ours and our neighbour first."""
        self.procedure.choices = [SelectChoice("", str(_("Choose a procedure")))]
        self.procedure.choices += [SelectChoice(code, name) for code, name in procedures]
        first = [HOME, CHINA]
        others = sorted((code for code in countries if code not in first), key=lambda code: search_key(countries[code]))
        self.country.choices = [SelectChoice(code, countries[code]) for code in (*first, *others)]
        return self


class WalkInForm(Form):
    """Who stands there. What was typed is kept as it is; nothing is ticked beforehand."""

    standing = RadioField(
        _("As what do they stand here?"), [InputRequired(_("Choose as what they stand here."))], choices=STANDINGS
    )
    name = StringField(
        _("Full name of the person who stands here"),
        _required(_("Enter the full name.")),
        description=_("As it is written in the identity paper they show."),
        render_kw={"autocomplete": "off"},
    )
    identity_number = StringField(
        _("Number of their identity paper"),
        [*_required(_("Enter the number of the identity paper.")), IdentityNumber()],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )
    phone = TelField(
        _("Telephone"),
        [*_required(_("Enter a telephone number: it is how the office reaches them.")), PhoneNumber()],
        render_kw={"type": "tel", "autocomplete": "off"},
    )
    email = EmailField(
        _("E-mail address (if they have one)"),
        [Optional(), Length(max=LONGEST_LINE), EmailAddress()],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    language = RadioField(
        _("Language of their letters"),
        [InputRequired(_("Choose a language."))],
        choices=[SelectChoice(*pair) for pair in LANGUAGE_NAMES.items()],
        default="vi",
        description=_("Letters are in Vietnamese; beside it stand courtesy lines in this language."),
    )
    consent = BooleanField(
        _(
            "The person has agreed that notices about this dossier, its decision included, are sent to this e-mail "
            "address. They may take that back at this counter at any time."
        ),
        description=_("Ask first; never tick it for them. Without it they follow the dossier by its code."),
    )

    def validate_consent(self, field: Field) -> None:
        if field.data and not (self.email.data or "").strip():
            raise ValidationError(str(_("There is no e-mail address to send notices to.")))


class NewDossierForm(WalkInForm):
    """The same, with the case, and the party where the portal does not know it yet."""

    case = RadioField(_("What is it about?"), [InputRequired(_("Choose which case your dossier belongs to."))])
    party_name = StringField(
        _("Name of the company or person whose matter it is"),
        [Optional(), Length(max=LONGEST_LINE)],
        description=_("As it is written in the registration certificate or the identity card."),
        render_kw={"autocomplete": "off"},
    )
    party_address = TextAreaField(
        _("Address"), [Optional(), Length(max=LONGEST_TEXT)], render_kw={"params": {"rows": 2}, "autocomplete": "off"}
    )
    party_representative = StringField(
        _("Legal representative"), [Optional(), Length(max=LONGEST_LINE)], render_kw={"autocomplete": "off"}
    )

    def offer(self, cases: Iterable[tuple[str, str]], *, is_known: bool, is_person: bool) -> "NewDossierForm":
        """The cases of the procedure; a party that is known already is not asked for again."""
        self.case.choices = [SelectChoice(code, name) for code, name in cases]
        if not self.case.data and len(self.case.choices) == 1:
            self.case.data = self.case.choices[0][0]
        if is_person:
            self.standing.choices = [one for one in STANDINGS if one.value != Standing.REPRESENTATIVE.value]
            del self.party_representative
        else:
            self.standing.choices = [one for one in STANDINGS if one.value != Standing.OWNER.value]
        if is_known:
            del self.party_name, self.party_address
            if not is_person:
                del self.party_representative
        else:
            self.party_name.validators = _required(_("Enter the name."))
            self.party_address.validators = [InputRequired(_("Enter the address.")), Length(max=LONGEST_TEXT)]
        return self


class ClaimForm(Form):
    """Bringing a dossier that was filed at a counter into one's account."""

    code = StringField(
        _("Dossier code"),
        _required(_("Enter the dossier code.")),
        description=_("It stands on the receipt from the counter, for example H37.01-260302-0001."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )
    number = StringField(
        _("Tax code or personal identity number"),
        _required(_("Enter the tax code of the company or the identity number of the person.")),
        description=_("Of the company or person the dossier belongs to."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )


class DecisionForm(Form):
    """What the counter decides about a claim; a refusal says why."""

    reason = StringField(
        _("Why not"),
        [Optional(), Length(max=LONGEST_LINE)],
        description=_("The person reads this. Needed only for a refusal."),
        render_kw={"autocomplete": "off"},
    )

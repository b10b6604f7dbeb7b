"""The forms of the administrator's pages. They check shape; the actions check sense."""

import re
from datetime import datetime, time

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from portal.accounts.wording import LANGUAGE_NAMES, ROLES
from portal.administration.wording import KINDS
from portal.clock.zone import at_office
from portal.foundation.forms import DateField, EmailAddress, Form
from portal.reasons.models import ReasonKind

LINE, TEXT = 200, 1000
LONGEST_FILE = 300_000
HOUR = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)")


def _needed(sentence: str, longest: int = LINE) -> list[object]:
    return [DataRequired(sentence), Length(max=longest)]


class AgencyForm(Form):
    name_vi = StringField(_("Name in Vietnamese"), _needed(_("Write the name in Vietnamese.")))
    name_en = StringField(_("Name in English"), _needed(_("Write the name in English.")))
    name_zh = StringField(_("Name in Chinese"), _needed(_("Write the name in Chinese.")))
    short_vi = StringField(_("Short name in Vietnamese"), _needed(_("Write the short name.")))
    short_en = StringField(_("Short name in English"), _needed(_("Write the short name.")))
    short_zh = StringField(_("Short name in Chinese"), _needed(_("Write the short name.")))
    code = StringField(
        _("Electronic identifier"),
        _needed(_("Write the identifier.")),
        description=_("By Decision 20/2020/QĐ-TTg, for example H37.12"),
    )
    symbol = StringField(
        _("Symbol"), _needed(_("Write the symbol.")), description=_("Stands after the number of its letters")
    )
    town = StringField(_("Town"), _needed(_("Write the town.")), description=_("Stands before the date of its letters"))
    address = StringField(_("Address"), [Length(max=LINE)])
    phone = StringField(_("Telephone"), [Length(max=40)])
    email = EmailField(_("E-mail address"), [Length(max=LINE), EmailAddress()])
    is_intake = BooleanField(_("Takes dossiers in at its counter"))
    version = HiddenField()


class CloseAgencyForm(Form):
    successor = SelectField(
        _("Which agency takes its place"), [InputRequired(_("Choose the agency."))], choices=[], validate_choice=False
    )
    reason = TextAreaField(
        _("Reason and document"), _needed(_("Write the reason and the document."), TEXT), render_kw={"rows": 3}
    )
    hands_over = BooleanField(
        _("Move the open dossiers to the agency that takes its place"),
        description=_("Each keeps its code, its dates and its history; the limits of the law run on."),
    )
    version = HiddenField()


class PostForm(Form):
    agency = SelectField(_("Agency"), [InputRequired(_("Choose the agency."))], choices=[], validate_choice=False)
    role = SelectField(
        _("Role"),
        [InputRequired(_("Choose the role."))],
        choices=[
            SelectChoice("", _("Choose a role")),
            *(SelectChoice(role.value, name) for role, name in ROLES.items()),
        ],
    )
    until = DateField(
        _("Last day (if one is foreseen)"), description=_("The post ends by itself in the night after it.")
    )


class InvitationForm(PostForm):
    name = StringField(_("Full name"), _needed(_("Write the name.")))
    email = EmailField(
        _("E-mail address"),
        [*_needed(_("Write the address.")), EmailAddress()],
        description=_("The letter goes there."),
    )
    language = SelectField(
        _("Language of the letter"), choices=[SelectChoice(*pair) for pair in LANGUAGE_NAMES.items()]
    )

    field_order = ("name", "email", "language", "agency", "role", "until")


class NameForm(Form):
    name = StringField(_("Full name"), _needed(_("Write the name.")))
    was = HiddenField()


class ReasonGivenForm(Form):
    reason = TextAreaField(
        _("Reason"),
        _needed(_("Write the reason. It is kept in the record of changes."), TEXT),
        description=_("It is kept in the record of changes."),
        render_kw={"rows": 3},
    )


class ImportForm(Form):
    file = FileField(_("File"), description=_("CSV in UTF-8, at most 1,000 lines"))
    text = TextAreaField(
        _("Or paste the lines here"), [Length(max=LONGEST_FILE)], render_kw={"rows": 10, "spellcheck": "false"}
    )


class WordsForm(Form):
    vi = TextAreaField(_("In Vietnamese"), _needed(_("Write the sentence in Vietnamese."), TEXT), render_kw={"rows": 2})
    en = TextAreaField(_("In English"), _needed(_("Write the sentence in English."), TEXT), render_kw={"rows": 2})
    zh = TextAreaField(_("In Chinese"), _needed(_("Write the sentence in Chinese."), TEXT), render_kw={"rows": 2})
    version = HiddenField()

    @property
    def words(self) -> dict[str, str]:
        """The sentence by language."""
        return {name: " ".join(self[name].data.split()) for name in ("vi", "en", "zh")}


class ReasonForm(WordsForm):
    kind = SelectField(
        _("Offered for"),
        [InputRequired(_("Choose what the reason is about."))],
        choices=[SelectChoice(kind.value, KINDS[kind]) for kind in ReasonKind],
    )
    procedure_code = StringField(
        _("Only for one procedure"),
        [Optional(), Regexp(r"^(\d\.\d{6}|LS-[A-Z0-9-]{1,24})$", message=_("Write a code like 1.013225."))],
        description=_("Its code; left empty the reason is offered for all"),
    )
    is_active = BooleanField(_("Offered to officers"), default=True)

    field_order = ("kind", "vi", "en", "zh", "procedure_code", "is_active", "version")


class OutageForm(WordsForm):
    starts_on = DateField(_("Begins on"), [InputRequired(_("Write the day."))])
    starts_time = StringField(
        _("Begins at"), [InputRequired(_("Write the hour.")), Regexp(HOUR, message=_("Write an hour like 07:30."))]
    )
    ends_on = DateField(_("Ends on"), [InputRequired(_("Write the day."))])
    ends_time = StringField(
        _("Ends at"), [InputRequired(_("Write the hour.")), Regexp(HOUR, message=_("Write an hour like 07:30."))]
    )
    shown_on = DateField(_("Shown on every page from"), [InputRequired(_("Write the day."))])

    field_order = ("starts_on", "starts_time", "ends_on", "ends_time", "shown_on", "vi", "en", "zh", "version")

    def moment(self, name: str) -> datetime:
        """The instant of `starts` or `ends`."""
        return at_office(self[f"{name}_on"].data, _hour(self[f"{name}_time"].data))

    @property
    def shown_from(self) -> datetime:
        """The beginning of the first day on which pages say it."""
        day = self.shown_on.data
        assert day is not None  # noqa: S101 - the form has checked it
        return at_office(day, time())


class RetentionForm(Form):
    keep_days = IntegerField(
        _("Days kept"),
        [
            InputRequired(_("Write a number of days.")),
            NumberRange(1, 36500, message=_("Write a number of days from 1 to 36,500.")),
        ],
    )
    source = StringField(_("Rule or decision behind it"), _needed(_("Say which rule asks for it.")))
    is_in_force = BooleanField(_("The rule is in force"))
    version = HiddenField()


class HoldForm(Form):
    code = StringField(_("Code of the dossier"), _needed(_("Write the code of the dossier.")))
    reason = TextAreaField(
        _("Reason and document"), _needed(_("Write the reason and the document."), TEXT), render_kw={"rows": 3}
    )


class ErasureForm(Form):
    """What a person asked for is erased, and they are answered."""

    words = TextAreaField(
        _("Your answer to the person"),
        _needed(_("Write your answer."), TEXT),
        description=_("Say what is erased now, and what stays and by which law."),
        render_kw={"rows": 5},
    )
    sure = BooleanField(
        _("I have made sure that this person asks, and I have read both lists"),
        [InputRequired(_("Tick the box once you have made sure."))],
    )
    seal = HiddenField()


class AuditFilter(Form):
    """What the record is searched by; sent by GET."""

    class Meta(Form.Meta):
        csrf = False

    who = StringField(_("Who did it"), [Length(max=LINE)])
    kind = SelectField(_("What was done"), choices=[], validate_choice=False)
    thing = StringField(
        _("To whom or what"),
        [Length(max=LINE)],
        description=_("A person, company or office by name; a tax code; the code of a dossier or procedure."),
    )
    since = DateField(_("From the day"))
    until = DateField(_("To the day"))


class SignInFilter(Form):
    """What the log of sign-ins is searched by; sent by GET."""

    class Meta(Form.Meta):
        csrf = False

    who = StringField(_("Person"), [Length(max=LINE)])
    thing = StringField(_("Network"), [Length(max=45)])
    outcome = SelectField(
        _("Outcome"),
        choices=[("", _("All")), ("succeeded", _("Succeeded")), ("failed", _("Failed"))],
        validate_choice=False,
    )
    since = DateField(_("From the day"))
    until = DateField(_("To the day"))


def _hour(text: str) -> time:
    found = HOUR.fullmatch(text.strip())
    assert found is not None  # noqa: S101 - the form has checked it
    return time(int(found[1]), int(found[2]))

"""What an administrator sends beside the pages of a draft: a file, and how it is to be published."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.accounts.wording import BUSINESS_FIELDS
from portal.authoring.documents import LONGEST
from portal.catalogue.models import ProcedureVersion
from portal.foundation import formats
from portal.foundation.forms import DateField, Form
from portal.foundation.languages import spoken

WHOLE = "all"


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


def _reason(label: LazyString, *, description: LazyString, missing: LazyString) -> TextAreaField:
    """A reason everybody will read."""
    length = Length(min=3, max=500, message=_("Write the reason in 3 to 500 characters."))
    return TextAreaField(
        label, description=description, filters=[_stripped], validators=[InputRequired(missing), length]
    )


class ListFilter(Form):
    """Which published procedures are listed; sent by GET."""

    class Meta(Form.Meta):
        csrf = False

    words = StringField(_("Name or code"), filters=[_stripped], validators=[Length(max=200)])
    field = SelectField(_("Field"), choices=[("", _("All fields")), *BUSINESS_FIELDS.items()], default="")
    kind = SelectField(
        _("State"),
        choices=[
            ("", _("All")),
            ("in_force", _("In force")),
            ("changing", _("Being changed: a draft or a version to come")),
            ("coming", _("Not in force yet")),
            ("ending", _("To be withdrawn")),
            ("withdrawn", _("Withdrawn")),
            ("unannounced", _("No announcement decision named")),
            ("late", _("Announced or posted late (Decision 766)")),
        ],
        default="",
    )


class ImportForm(Form):
    file = FileField(_("Procedure file (TOML)"))
    text = TextAreaField(_("Or the text of the file"), validators=[Length(max=LONGEST)])


class WithdrawForm(Form):
    """Taking a procedure, or one version of it, out of force."""

    number = RadioField(_("What is withdrawn"), validate_choice=False)
    withdrawn_on = DateField(
        _("First day without it"), validators=[InputRequired(_("Enter the first day on which it no longer applies."))]
    )
    reason = _reason(
        _("Why it is withdrawn"),
        description=_("Shown to everybody: the act that ends it, or what takes its place."),
        missing=_("Write why it is withdrawn."),
    )

    def offer(self, versions: Sequence[ProcedureVersion], *, today: date) -> Self:
        """The whole procedure, or one of these versions of it."""
        whole = [(WHOLE, gettext("The whole procedure: nobody can file it from then on"))]
        self.number.choices = [*whole, *((str(one.number), _version_words(one, today)) for one in versions)]
        if self.number.data not in dict(self.number.choices):
            self.number.data = WHOLE
        return self

    @property
    def chosen(self) -> int | None:
        """The number of the version; None for the whole procedure."""
        return None if self.number.data == WHOLE else int(self.number.data)


def _version_words(version: ProcedureVersion, today: date) -> str:
    day = formats.day(version.effective_on, spoken())
    if version.effective_on > today:
        return str(gettext("Only version %(number)s, which applies from %(day)s", number=version.number, day=day))
    return str(gettext("Only version %(number)s, in force since %(day)s", number=version.number, day=day))


class PublishForm(Form):
    reason = _reason(
        _("Why this version comes"),
        description=_("Shown to everybody beside the version."),
        missing=_("Write why this version comes."),
    )
    effective_on = DateField(
        _("Applies from"), validators=[InputRequired(_("Enter the day from which the version applies."))]
    )
    decision_number = StringField(
        _("Number of the decision that announces it"),
        description=_("For example 2063/QĐ-UBND. Leave empty if there is none yet."),
        filters=[_stripped],
        validators=[Length(max=120, message=_("Write at most 120 characters."))],
    )
    decided_on = DateField(_("Day of the decision"), validators=[Optional()])

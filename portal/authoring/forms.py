"""What an administrator sends beside the pages of a draft: a file, and how it is to be published."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.authoring.documents import LONGEST
from portal.foundation.forms import DateField, Form


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


class ImportForm(Form):
    file = FileField(_("Procedure file (TOML)"))
    text = TextAreaField(_("Or the text of the file"), validators=[Length(max=LONGEST)])


class PublishForm(Form):
    reason = TextAreaField(
        _("Why this version comes"),
        description=_("Shown to everybody beside the version."),
        filters=[_stripped],
        validators=[
            InputRequired(_("Write why this version comes.")),
            Length(min=3, max=500, message=_("Write the reason in 3 to 500 characters.")),
        ],
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

"""What people ask about their own data, and what they agree to."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.foundation.forms import Form
from portal.hearing.actions import LONGEST


class DataRequestForm(Form):
    """A mistake to be put right, or something to be erased."""

    about = RadioField(
        _("What do you ask for?"),
        [InputRequired(_("Choose what you ask for."))],
        choices=[
            ("correction", _("Put something right that is wrong or out of date")),
            ("erasure", _("Erase something that need not be kept")),
        ],
    )
    words = TextAreaField(
        _("What exactly?"),
        [InputRequired(_("Write what is to be changed or erased.")), Length(max=LONGEST)],
        description=_("Say where it stands, what it says now, and what it should say."),
        render_kw={"rows": 6},
    )


class AnswerForm(Form):
    """The administrator's answer."""

    words = TextAreaField(
        _("Your answer to the person"),
        [InputRequired(_("Write your answer.")), Length(max=LONGEST)],
        description=_("Say what was done, or why it cannot be done and by which law."),
        render_kw={"rows": 4},
    )

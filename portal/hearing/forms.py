"""What people write to an office, and what it answers."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.foundation.forms import Form
from portal.hearing.actions import LONGEST

ROWS = {"rows": 6}


class FeedbackForm(Form):
    """What somebody thinks of a rule or of how they were treated."""

    about = RadioField(
        _("What is it about?"),
        [InputRequired(_("Choose what it is about."))],
        choices=[("rules", _("A rule or a procedure")), ("conduct", _("How an officer or an office behaved"))],
    )
    agency = SelectField(_("Which office?"), choices=[], validate_choice=False)
    words = TextAreaField(
        _("What happened, and what should be done?"),
        [InputRequired(_("Write what it is about.")), Length(max=LONGEST)],
        render_kw=ROWS,
    )

    def offer(self, agencies: Iterable[tuple[UUID, str]]) -> "FeedbackForm":
        """The offices one can turn to."""
        self.agency.choices = [SelectChoice(str(one), name) for one, name in agencies]
        return self


class ComplaintForm(Form):
    """Why somebody does not agree with what was decided or done."""

    words = TextAreaField(
        _("What do you complain about, and what do you ask for?"),
        [InputRequired(_("Write what it is about.")), Length(max=LONGEST)],
        render_kw=ROWS,
    )


class MendingForm(Form):
    """A result that is wrong, lost or damaged."""

    about = RadioField(
        _("What do you need?"),
        [InputRequired(_("Choose what you need."))],
        choices=[
            ("correction", _("A correction: something in the result is wrong")),
            ("duplicate", _("A duplicate: the result is lost or damaged")),
        ],
    )
    words = TextAreaField(
        _("What is wrong, or what happened to it?"),
        [InputRequired(_("Write what it is about.")), Length(max=LONGEST)],
        render_kw=ROWS,
    )


class RatingForm(Form):
    """How somebody was served."""

    score = RadioField(
        _("How were you served?"),
        [InputRequired(_("Choose from 1 to 5."))],
        choices=[
            ("5", _("5 – very well")), ("4", _("4 – well")), ("3", _("3 – so so")), ("2", _("2 – badly")),
            ("1", _("1 – very badly")),
        ],
    )  # fmt: skip
    words = TextAreaField(
        _("Anything you would like to say (if you like)"), [Length(max=LONGEST)], render_kw={"rows": 3}
    )


class WordsForm(Form):
    """An answer, a question, a reply."""

    words = TextAreaField(
        _("Your words"), [InputRequired(_("Write your answer.")), Length(max=LONGEST)], render_kw={"rows": 4}
    )

"""What an administrator sends about the calendar."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import IntegerField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.clock.almanac import FIRST_YEAR, LAST_YEAR
from portal.clock.calendar_file import MOST_BYTES
from portal.foundation.forms import DateField, Form

LONGEST_SOURCE = 300
LONGEST_NAME = 120
NEW_NAME = "*new"


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


def _source() -> StringField:
    """The deciding document; asked last, for a field's place is the place of its making."""
    return StringField(
        _("Deciding document"),
        description=_("Number, date and who issued it, for example: Official letter 12729/VPCP-KGVX, 25/12/2025."),
        filters=[_stripped],
        validators=[
            InputRequired(_("Write which document decides this.")),
            Length(max=LONGEST_SOURCE, message=_("Write at most 300 characters.")),
        ],
    )


class DayOffForm(Form):
    on = DateField(_("Day off"), validators=[InputRequired(_("Enter the day."))])
    name = SelectField(_("Name of the day off"))
    new_vi = StringField(_("New name in Vietnamese"), filters=[_stripped], validators=[Length(max=LONGEST_NAME)])
    new_en = StringField(_("New name in English"), filters=[_stripped], validators=[Length(max=LONGEST_NAME)])
    new_zh = StringField(_("New name in Chinese"), filters=[_stripped], validators=[Length(max=LONGEST_NAME)])
    source = _source()

    def validate(self, extra_validators: object = None) -> bool:
        """A new name is needed in all three languages, beside the box that lacks it."""
        is_valid = bool(super().validate(extra_validators))
        if self.name.data == NEW_NAME:
            for box in (self.new_vi, self.new_en, self.new_zh):
                if not box.data:
                    box.errors = [_("Write the name in this language, too.")]
                    is_valid = False
        return is_valid


class MakeUpDayForm(Form):
    on = DateField(_("Saturday or Sunday that works"), validators=[InputRequired(_("Enter the day."))])
    instead_of = DateField(
        _("In place of the day off"),
        description=_("The make-up day has the opening hours of this day's weekday."),
        validators=[InputRequired(_("Enter the day."))],
    )
    source = _source()


class YearForm(Form):
    year = IntegerField(
        _("Year"),
        validators=[
            InputRequired(_("Enter the year.")),
            NumberRange(
                min=FIRST_YEAR + 1, max=LAST_YEAR - 1, message=_("Write the year with four digits, for example 2026.")
            ),
        ],
    )
    state = RadioField(
        _("Are the days off of this year officially decided?"),
        choices=[
            ("official", _("Yes: lock the year as official; its dates are sure")),
            ("provisional", _("No: dates that use it are shown as provisional")),
        ],
        validators=[InputRequired(_("Choose one of the two."))],
    )
    source = _source()


class HoursForm(Form):
    agency = SelectField(_("For whom"))
    open = TextAreaField(
        _("Opening hours"),
        description=_("One opening a line, for example 07:00-11:30 and below it 13:30-17:00."),
        filters=[_stripped],
        validators=[InputRequired(_("Write the opening hours, for example 07:00-11:30."))],
    )
    weekdays = SelectMultipleField(
        _("Only on these weekdays"),
        description=_("Leave empty for all."),
        choices=[
            ("mon", _("Monday")),
            ("tue", _("Tuesday")),
            ("wed", _("Wednesday")),
            ("thu", _("Thursday")),
            ("fri", _("Friday")),
            ("sat", _("Saturday")),
            ("sun", _("Sunday")),
        ],
        validators=[Optional()],
    )
    season = StringField(
        _("Only in this season of every year"),
        description=_("From month-day to month-day, for example 04-16/10-15. Leave empty for the whole year."),
        filters=[_stripped],
    )
    since = DateField(_("From this day"), description=_("Leave empty for always."), validators=[Optional()])
    until = DateField(_("Up to and with this day"), description=_("Leave empty for always."), validators=[Optional()])
    source = _source()


class ImportForm(Form):
    file = FileField(_("Calendar file (TOML)"))
    text = TextAreaField(
        _("Or the text of the file"),
        description=_("In the form of the file that can be downloaded on the calendar page."),
        validators=[Length(max=MOST_BYTES)],
    )


class ReasonForm(Form):
    reason = TextAreaField(
        _("Why the calendar changes"),
        filters=[_stripped],
        validators=[
            InputRequired(_("Write why the calendar changes.")),
            Length(min=3, max=500, message=_("Write the reason in 3 to 500 characters.")),
        ],
    )

"""The forms of goals. They check shape; the verbs check sense."""

from flask_babel import lazy_gettext as _
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import BooleanField, FloatField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.foundation.forms import DateField, Form
from portal.transparency.actions.goals import Target, Wording

LINE, TEXT = 200, 1000


def _needed(sentence: str, longest: int = LINE) -> list[object]:
    return [DataRequired(sentence), Length(max=longest)]


class NumberField(FloatField):  # type: ignore[misc]
    """A number with a decimal point, or a decimal comma as Vietnamese writes it."""

    widget = GovTextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.strip().replace(",", ".") for text in valuelist])


class WordingForm(Form):
    """What may be put right of any goal."""

    vi = StringField(_("What is promised, in Vietnamese"), _needed(_("Write it in Vietnamese.")))
    en = StringField(_("What is promised, in English"), _needed(_("Write it in English.")))
    zh = StringField(_("What is promised, in Chinese"), _needed(_("Write it in Chinese.")))
    source = StringField(
        _("Source"), _needed(_("Write the plan or decision it comes from.")), description=_("Number, date and issuer")
    )
    owner = SelectField(_("Who answers for it"), choices=[], validate_choice=False)
    is_verified = BooleanField(_("Decided: the source is in force and has been checked"))
    valid_until = DateField(_("Holds until (if an end is set)"))
    version = HiddenField()

    field_order: tuple[str, ...] = ("vi", "en", "zh", "source", "owner", "is_verified", "valid_until", "version")

    @property
    def wording(self) -> Wording:
        """What was typed."""
        return Wording(
            names={name: " ".join(self[name].data.split()) for name in ("vi", "en", "zh")},
            source=" ".join(self.source.data.split()),
            owner=self.owner.data or None,
            is_verified=bool(self.is_verified.data),
            valid_until=self.valid_until.data,
        )


class GoalForm(WordingForm):
    """A goal that has not begun."""

    key = SelectField(
        _("What it is about"),
        choices=[
            SelectChoice("on_time", _("Dossiers settled by the statutory day (measured)")),
            SelectChoice("online_filing", _("Dossiers filed online (measured)")),
            SelectChoice("full_process_share", _("Procedures online from end to end (measured)")),
            SelectChoice("", _("Something the portal does not measure")),
        ],
    )
    measure = SelectField(
        _("Measured in"),
        choices=[
            SelectChoice("percent", _("percent")),
            SelectChoice("working_day", _("working days")),
            SelectChoice("rank", _("rank among the provinces")),
        ],
    )
    direction = SelectField(
        _("To be kept"),
        choices=[SelectChoice("at_least", _("at least")), SelectChoice("at_most", _("at most"))],
    )
    target = NumberField(
        _("Target"),
        [
            InputRequired(_("Write a number, for example 98 or 99.5.")),
            NumberRange(0, 100_000, message=_("Write a number from 0 to 100,000.")),
        ],
    )
    by_year = IntegerField(
        _("To be reached by the year (if one is set)"),
        [Optional(), NumberRange(2020, 2100, message=_("Write a year like 2027."))],
    )
    valid_from = DateField(_("Holds from"), [InputRequired(_("Write the day."))])

    field_order = (
        "key", "vi", "en", "zh", "direction", "target", "measure", "by_year", "source", "owner", "is_verified",
        "valid_from", "valid_until", "version",
    )  # fmt: skip

    @property
    def promised(self) -> Target:
        """The target as it was typed."""
        target, first = self.target.data, self.valid_from.data
        assert target is not None  # noqa: S101 - the form has checked it
        assert first is not None  # noqa: S101 - the form has checked it
        return Target(
            key=self.key.data if "key" in self else "",
            measure=self.measure.data,
            target=target,
            direction=self.direction.data,
            by_year=self.by_year.data,
            valid_from=first,
        )


class EndGoalForm(Form):
    last = DateField(
        _("The last day on which it holds"),
        [InputRequired(_("Write the day."))],
        description=_("Today or later. What was promised until then stays on record."),
    )
    reason = TextAreaField(
        _("Reason"), _needed(_("Write the reason. It is kept in the record of changes."), TEXT), render_kw={"rows": 3}
    )
    version = HiddenField()

"""The forms of the acts. The version of the dossier the officer saw travels beside them, in a field of its own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from portal.desk.models import ManyAct
from portal.foundation.formats import Language
from portal.foundation.forms import DateField, Form
from portal.reasons.queries import Words
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, StopReason

LONGEST_NOTE = 4000
LONGEST_GROUND = 300
LONGEST_PERIOD = 366
FEW_ROWS = {"rows": 2}
WHOLE_DONG = Regexp(r"^[0-9][0-9. ]{0,18}$", message=_("Write the amount in digits, for example 75000."))

Choices = Sequence[tuple[str, Any]]


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), label) for value, label in pairs]


class ReasonedForm(Form):
    """A refusal with its reason: one the office has agreed on, own words, or both. Letters print the Vietnamese."""

    stock = SelectField(_("A reason the office has agreed on"), choices=[], validate_choice=False)
    reason = TextAreaField()

    def offer_reasons(self, offered: Mapping[str, Words], language: Language) -> Self:
        """The managed reasons for refusals of this procedure, in the reader's words."""
        self._offered = offered
        if offered:
            named = ((key, words.words(language)) for key, words in offered.items())
            self.stock.choices = _choices((("", _("None of these: in my own words")), *named))
        else:
            del self.stock
        return self

    @property
    def managed(self) -> str:
        """The key of the chosen reason the office has agreed on; empty for own words alone."""
        key = (self.stock.data or "") if "stock" in self else ""
        return key if key in self._offered else ""

    @property
    def said(self) -> str:
        """The reason as letters print it."""
        chosen = self._offered.get(self.stock.data or "") if "stock" in self else None
        return " ".join(part for part in (chosen.vi if chosen else "", (self.reason.data or "").strip()) if part)


class RefuseIntakeForm(ReasonedForm):
    reason = TextAreaField(
        _("Why the dossier cannot be accepted"),
        [Length(max=LONGEST_NOTE)],
        description=_("Printed on Form 03. Say what the company can do instead."),
        render_kw=FEW_ROWS,
    )
    legal_ground = TextAreaField(
        _("Legal ground"), [Length(max=LONGEST_GROUND)], description=_("Article and act"), render_kw={"rows": 1}
    )

    def validate_reason(self, _field: TextAreaField) -> None:
        """One of the two must say why."""
        if not self.said:
            raise ValidationError(_("Write why the dossier cannot be accepted. The company reads this sentence."))


class StepForm(Form):
    """Doing a step. What is asked follows from the act: an opinion needs a conclusion, an assignment a person."""

    conclusion = RadioField(_("Your conclusion"), choices=[], validate_choice=False)
    note = TextAreaField(_("Note"), [Length(max=LONGEST_NOTE)], render_kw=FEW_ROWS)
    post = SelectField(_("Who handles it"), choices=[], validate_choice=False)

    def ask_for(self, act: Act, colleagues: Choices = (), *, may_turn_down: bool = False) -> "StepForm":
        """Keep the questions of this act, with their words."""
        if act is Act.OPINION:
            self.conclusion.choices = _choices((("agree", _("Agrees")), ("disagree", _("Does not agree"))))
            self.conclusion.validators = [InputRequired(_("Say whether your agency agrees."))]
            self.note.label.text = _("Opinion and reasons")
        elif act is Act.APPRAISE:
            self.conclusion.choices = _choices((("grant", _("To grant")), ("refuse", _("To refuse"))))
            self.conclusion.label.text = _("Recommendation (if you have one already)")
            self.note.label.text = _("Findings")
        elif may_turn_down:
            self.conclusion.choices = _choices((("grant", _("To grant")), ("refuse", _("To refuse"))))
            self.conclusion.validators = [InputRequired(_("Say what you conclude."))]
            self.conclusion.description = _(
                "A refusal goes straight to the signature, and the applicant is asked for no payment. "
                "Write the reason for whoever signs."
            )
            self.note.label.text = _("Note for the next person (if needed)")
        else:
            del self.conclusion
            self.note.label.text = _("Note for the next person (if needed)")
        if act is Act.ASSIGN and colleagues:
            self.post.choices = _choices((("", _("Whoever has the fewest open steps")), *colleagues))
        else:
            del self.post
        return self


class SendBackForm(Form):
    to = SelectField(_("Back to"), choices=[], validate_choice=False)
    note = TextAreaField(
        _("What is still to be done"),
        [InputRequired(_("Write what is still to be done.")), Length(max=LONGEST_NOTE)],
        render_kw=FEW_ROWS,
    )

    def offer(self, steps: Choices) -> "SendBackForm":
        """The earlier steps the procedure allows."""
        self.to.choices = _choices(steps)
        return self


class SignForm(ReasonedForm):
    outcome = RadioField(
        _("Decision"),
        [InputRequired(_("Choose whether to grant or to refuse."))],
        choices=[(Outcome.GRANTED.value, _("Grant")), (Outcome.REFUSED.value, _("Refuse"))],
    )
    reason = TextAreaField(
        _("Reason for refusing"),
        [Length(max=LONGEST_NOTE)],
        description=_("Needed for a refusal; it is printed in the decision."),
        render_kw=FEW_ROWS,
    )


class AssignForm(Form):
    post = SelectField(_("Give this step to"), choices=[], validate_choice=False)

    def offer(self, colleagues: Iterable[tuple[Any, str]]) -> "AssignForm":
        """Those who hold the role of the step."""
        self.post.choices = _choices(colleagues)
        return self


class WithdrawalForm(Form):
    answer = RadioField(
        _("May the company take its dossier back?"),
        [InputRequired(_("Choose an answer."))],
        choices=[
            ("grant", _("Yes: the dossier is stopped and the company is told")),
            ("decline", _("No: the work goes on")),
        ],
    )
    reason = TextAreaField(
        _("Reason for declining"),
        [Length(max=LONGEST_NOTE)],
        description=_("The company reads it."),
        render_kw=FEW_ROWS,
    )


class StopForm(Form):
    ground = RadioField(_("Why it is stopped"), [InputRequired(_("Choose why it is stopped."))], validate_choice=False)
    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Write the reason. The company reads it.")), Length(max=LONGEST_NOTE)],
        description=_("Printed on Form 05."),
        render_kw=FEW_ROWS,
    )

    def offer(self, grounds: Iterable[StopReason]) -> "StopForm":
        """The grounds the state of the dossier allows."""
        words = {
            StopReason.NOT_SUPPLIED: _("The company did not complete it by the last day"),
            StopReason.UNPAID: _("The company did not pay"),
            StopReason.CLOSED_ADMINISTRATIVELY: _("It is closed administratively"),
        }
        self.ground.choices = _choices((ground.value, words[ground]) for ground in grounds)
        return self


class ApologyForm(Form):
    """Form 04: another promised day, and why."""

    new_day = DateField(
        _("New promised day"),
        [InputRequired(_("Enter the new day."))],
        description=_("It can be moved only once. The date by law stays as it is."),
    )
    reason = TextAreaField(
        _("Why the promised day cannot be kept"),
        [
            InputRequired(_("Say why the promised day cannot be kept. The company reads this sentence.")),
            Length(max=LONGEST_NOTE),
        ],
        description=_("Printed on Form 04. The company reads it."),
        render_kw=FEW_ROWS,
    )


class ReopenForm(Form):
    """A recorded correction: from which step the dossier is worked on again, and why."""

    to = SelectField(_("From which step it is worked on again"), choices=[], validate_choice=False)
    reason = TextAreaField(
        _("What has to be corrected"),
        [
            InputRequired(_("Say what has to be corrected. The company reads this sentence.")),
            Length(max=LONGEST_NOTE),
        ],
        description=_("The company reads it."),
        render_kw=FEW_ROWS,
    )
    legal_ground = TextAreaField(
        _("Legal ground"), [Length(max=LONGEST_GROUND)], description=_("Article and act"), render_kw={"rows": 1}
    )

    def offer(self, steps: Choices) -> "ReopenForm":
        """The steps a correction may begin at."""
        self.to.choices = _choices(steps)
        return self


class ManyForm(Form):
    """What an act on many dossiers needs beside them; the questions follow from the act."""

    post = SelectField(_("Who gets them"), choices=[], validate_choice=False)
    note = TextAreaField(_("Note for the next person (if needed)"), [Length(max=LONGEST_NOTE)], render_kw=FEW_ROWS)

    def ask_for(self, act: ManyAct, people: Choices, *, must_say: bool) -> "ManyForm":
        """Keep the questions of this act. `must_say`: among the steps is one that ends with what was found."""
        if act is ManyAct.GIVE:
            self.post.choices = _choices((("", _("Choose a colleague")), *people))
            self.post.validators = [InputRequired(_("Choose who gets them."))]
        elif act is ManyAct.FORWARD and people:
            self.post.label.text = _("Who handles it")
            self.post.choices = _choices((("", _("Whoever has the fewest open steps")), *people))
        else:
            del self.post
        if act is not ManyAct.FORWARD:
            del self.note
        elif must_say:
            self.note.label.text = _("Findings, for all of them")
            self.note.validators = [
                InputRequired(_("Write your findings. The next person decides on the strength of them.")),
                Length(max=LONGEST_NOTE),
            ]
        return self


class NoteForm(Form):
    """A note for colleagues."""

    words = TextAreaField(
        _("Note for colleagues"),
        [InputRequired(_("Write the note.")), Length(max=LONGEST_NOTE)],
        description=_("The company does not see it, and nothing follows from it."),
        render_kw=FEW_ROWS,
    )


class PeriodForm(Form):
    """From which day until which; asked for in the address, so it changes nothing and carries no token."""

    class Meta(Form.Meta):
        csrf = False

    since = DateField(_("From day"), [InputRequired(_("Enter the first day."))])
    until = DateField(_("Until day"), [InputRequired(_("Enter the last day."))])

    def validate_until(self, _field: DateField) -> None:
        """A period runs forwards and no longer than a year."""
        if self.since.data and self.until.data and not 0 <= (self.until.data - self.since.data).days <= LONGEST_PERIOD:
            raise ValidationError(_("Choose a period of at most one year that ends after it begins."))


class AgencyForm(Form):
    agency = SelectField(_("Competent agency"), choices=[], validate_choice=False)

    def offer(self, agencies: Choices) -> "AgencyForm":
        """Every agency of the register."""
        self.agency.choices = _choices((("", _("Choose an agency")), *agencies))
        return self


class NoticeForm(Form):
    """The amounts of a notice of financial obligation: four lines, of which the first is needed."""

    name_1 = StringField(
        _("What for"), [InputRequired(_("Write what the first amount is for.")), Length(max=LONGEST_GROUND)]
    )
    amount_1 = StringField(_("Amount in whole đồng"), [InputRequired(_("Write the amount.")), WHOLE_DONG])
    name_2 = StringField(_("What for"), [Length(max=LONGEST_GROUND)])
    amount_2 = StringField(_("Amount in whole đồng"), [Optional(), WHOLE_DONG])
    name_3 = StringField(_("What for"), [Length(max=LONGEST_GROUND)])
    amount_3 = StringField(_("Amount in whole đồng"), [Optional(), WHOLE_DONG])
    name_4 = StringField(_("What for"), [Length(max=LONGEST_GROUND)])
    amount_4 = StringField(_("Amount in whole đồng"), [Optional(), WHOLE_DONG])
    reason = TextAreaField(
        _("Explanation for the filer"),
        [Length(max=LONGEST_NOTE)],
        description=_("How the amounts come about, and which notice of the tax office they follow."),
        render_kw=FEW_ROWS,
    )
    legal_ground = StringField(_("Legal ground"), [Length(max=LONGEST_GROUND)], description=_("Article and act"))
    due_on = DateField(_("Last day of payment (if there is one)"))

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """The boxes, line by line."""
        return [(self[f"name_{number}"], self[f"amount_{number}"]) for number in range(1, 5)]

    @property
    def dues(self) -> list[tuple[str, int]]:
        """What was written: name and whole đồng of each line that has either."""
        return [
            (str(name.data or ""), int(str(amount.data or "").replace(".", "").replace(" ", "") or -1))
            for name, amount in self.rows
            if (name.data or "").strip() or (amount.data or "").strip()
        ]

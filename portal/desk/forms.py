"""The forms of the acts. The version of the dossier the officer saw travels beside them, in a field of its own."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.foundation.forms import Form
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome

LONGEST_NOTE = 4000
LONGEST_GROUND = 300
FEW_ROWS = {"rows": 3}

Choices = Sequence[tuple[str, Any]]


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), label) for value, label in pairs]


class RefuseIntakeForm(Form):
    reason = TextAreaField(
        _("Why the dossier cannot be accepted"),
        [
            InputRequired(_("Write why the dossier cannot be accepted. The company reads this sentence.")),
            Length(max=LONGEST_NOTE),
        ],
        description=_("Printed on Form 03. Say what the company can do instead."),
        render_kw=FEW_ROWS,
    )
    legal_ground = TextAreaField(
        _("Legal ground"), [Length(max=LONGEST_GROUND)], description=_("Article and act"), render_kw={"rows": 1}
    )


class StepForm(Form):
    """Doing a step. What is asked follows from the act: an opinion needs a conclusion, an assignment a person."""

    conclusion = RadioField(_("Your conclusion"), choices=[], validate_choice=False)
    note = TextAreaField(_("Note"), [Length(max=LONGEST_NOTE)], render_kw=FEW_ROWS)
    post = SelectField(_("Who handles it"), choices=[], validate_choice=False)

    def ask_for(self, act: Act, colleagues: Choices = ()) -> "StepForm":
        """Keep the questions of this act, with their words."""
        if act is Act.OPINION:
            self.conclusion.choices = _choices((("agree", _("Agrees")), ("disagree", _("Does not agree"))))
            self.conclusion.validators = [InputRequired(_("Say whether your agency agrees."))]
            self.note.label.text = _("Opinion and reasons")
        elif act is Act.APPRAISE:
            self.conclusion.choices = _choices((("grant", _("To grant")), ("refuse", _("To refuse"))))
            self.conclusion.label.text = _("Proposal (if you have one already)")
            self.note.label.text = _("What you found")
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


class SignForm(Form):
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


class AgencyForm(Form):
    agency = SelectField(_("Competent agency"), choices=[], validate_choice=False)

    def offer(self, agencies: Choices) -> "AgencyForm":
        """Every agency of the register."""
        self.agency.choices = _choices((("", _("Choose an agency")), *agencies))
        return self

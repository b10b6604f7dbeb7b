"""What people say of themselves and of their people: away, stood in for, able to, not free to."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Length, ValidationError

from portal.accounts.models import AbsenceKind
from portal.foundation.forms import DateField, Form
from portal.routing.actions.people import LONGEST_SKILL
from portal.workflow.lifecycle import Role

LONGEST_NOTE = 2000
LONGEST_LINE = 200
KINDS = {
    AbsenceKind.LEAVE: _("On leave"),
    AbsenceKind.SICK: _("Ill"),
    AbsenceKind.MISSION: _("On mission"),
    AbsenceKind.TRAINING: _("In training"),
}
Choices = Sequence[tuple[str, str]]


class AbsenceForm(Form):
    kind = SelectField(_("Why"), choices=[(kind.value, words) for kind, words in KINDS.items()])
    first_day = DateField(_("First day away"), [InputRequired(_("Enter the first day."))])
    last_day = DateField(_("Last day away"), [InputRequired(_("Enter the last day."))])
    note = TextAreaField(
        _("What to know meanwhile"),
        [Length(max=LONGEST_NOTE)],
        description=_("For whoever stands in: what is urgent, whom to ring."),
        render_kw={"rows": 3},
    )


class SubstitutionForm(Form):
    post = SelectField(_("Whose post"), choices=[], validate_choice=False)
    substitute = SelectField(
        _("Who stands in"), [InputRequired(_("Choose who stands in."))], choices=[], validate_choice=False
    )
    first_day = DateField(_("From"), [InputRequired(_("Enter the first day."))])
    last_day = DateField(_("Until"), [InputRequired(_("Enter the last day."))])

    def offer(self, posts: Choices, substitutes: Choices) -> "SubstitutionForm":
        """The person's posts, and the posts of colleagues."""
        self.post.choices = list(posts)
        self.substitute.choices = [("", "–"), *substitutes]
        return self


class SkillsForm(Form):
    known = SelectMultipleField(_("Languages, and skills known in the agency"), choices=[])
    skills = TextAreaField(
        _("Other skills"),
        [Length(max=LONGEST_NOTE)],
        description=_("One on each line, in a word or two. Later they stand in the list above."),
        render_kw={"rows": 3},
    )

    def offer(self, known: Choices) -> "SkillsForm":
        """Languages, and the skills people of the agency have or are asked for."""
        self.known.choices = list(known)
        return self

    @property
    def chosen(self) -> list[str]:
        """What was ticked and what was written."""
        return [*(self.known.data or []), *(self.skills.data or "").splitlines()]


class ConflictForm(Form):
    tax_code = StringField(_("Tax code of the company"), [InputRequired(_("Enter the tax code.")), Length(max=20)])
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=LONGEST_LINE)])


class HandOverForm(Form):
    to = SelectField(_("To whom"), choices=[], validate_choice=False)

    def offer(self, posts: Choices) -> "HandOverForm":
        """Colleagues, or whoever has the least work."""
        self.to.choices = [("", str(_("Whoever has the least work"))), *posts]
        return self


class NeedForm(Form):
    role = SelectField(_("Role"), choices=[])
    procedure = SelectField(_("Procedure"), choices=[], default="")
    skill = SelectField(_("Language or skill"), choices=[], default="")
    other = StringField(
        _("Or a skill that is not in the list"),
        [Length(max=LONGEST_SKILL, message=_("A skill is a word or two."))],
        description=_("In a word or two. Until somebody has it, these steps are given to nobody."),
    )

    def offer(self, roles: Sequence[tuple[Role, str]], procedures: Choices, known: Choices) -> "NeedForm":
        """The roles and procedures whose steps may ask for a skill, and the skills known here."""
        self.role.choices = [(role.value, words) for role, words in roles]
        self.procedure.choices = [("", str(_("All procedures"))), *procedures]
        self.skill.choices = [("", "–"), *known]
        return self

    def validate_other(self, field: Field) -> None:
        """One skill, chosen or written."""
        if self.skill.data and field.data:
            raise ValidationError(_("Choose a skill of the list or write another one, not both."))

    @property
    def chosen(self) -> str:
        """The skill chosen, or the one written."""
        return self.skill.data or self.other.data or ""


class ApologyForm(Form):
    new_day = DateField(_("New promised day"), [InputRequired(_("Enter the new day."))])
    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Say why.")), Length(max=LONGEST_NOTE)],
        description=_("Printed on the letter. The company reads this sentence."),
        render_kw={"rows": 3},
    )


class MoveForm(Form):
    reason = StringField(
        _("Reason"),
        [InputRequired(_("Say why.")), Length(max=LONGEST_LINE)],
        description=_("Kept with each dossier: which mistake the new version corrects."),
    )

"""The small forms of the company's pages. The dossier's own form is drawn from its procedure (`asking`)."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.foundation.forms import Form

LONGEST_LINE = 200
LONGEST_TEXT = 2000


class StartForm(Form):
    """Whom the dossier is for, and which case it is. The choices are the view's."""

    party = RadioField(_("Who is the dossier for?"), [InputRequired(_("Choose whom the dossier is for."))])
    case = RadioField(_("What is it about?"), [InputRequired(_("Choose which case your dossier belongs to."))])


class DeclarationForm(Form):
    """The declaration before filing; never ticked beforehand."""

    declared = BooleanField(
        _(
            "What I have written is true and complete, the files are true copies of the papers, and I answer for "
            "them before the law."
        ),
        [InputRequired(_("Tick the declaration if it is true. Without it the dossier cannot be filed."))],
    )


class CounterDeclarationForm(DeclarationForm):
    """The declaration of whoever stands at the counter, witnessed by the officer; never ticked beforehand."""

    declared = BooleanField(
        _(
            "The person before me has read the answers or heard them read, and declares that they are true and "
            "complete. I have compared the scans with the papers they brought."
        ),
        [InputRequired(_("Tick this once the person has declared it. Without it the dossier cannot be filed."))],
    )


class HandOverForm(Form):
    """Which colleague goes on with a draft."""

    person = RadioField(_("Who goes on with it?"), [InputRequired(_("Choose a colleague."))])

    def offer(self, people: Iterable[tuple[UUID, str]]) -> "HandOverForm":
        """The colleagues who may file it."""
        self.person.choices = [SelectChoice(str(one), name) for one, name in people]
        return self


class CosignerForm(Form):
    """Which owner of the company is asked to co-sign a draft."""

    person = RadioField(_("Who co-signs?"), [InputRequired(_("Choose who is asked to co-sign."))])

    def offer(self, people: Iterable[tuple[UUID, str]]) -> "CosignerForm":
        """The owners who may be asked."""
        self.person.choices = [SelectChoice(str(one), name) for one, name in people]
        return self


class CosignForm(Form):
    """The co-signature; never ticked beforehand."""

    declared = BooleanField(
        _(
            "I have read what stands here. It is true and complete as far as I know, and I answer for it before the "
            "law together with whoever files it."
        ),
        [InputRequired(_("Tick this if you co-sign. Without it the dossier cannot be filed."))],
    )


class DeclineForm(Form):
    """Not co-signing, or taking the co-signature back."""

    reason = TextAreaField(
        _("Why do you not co-sign?"),
        [InputRequired(_("Write in a few words why you do not co-sign.")), Length(max=LONGEST_TEXT)],
        description=_("Whoever asked you reads this."),
        render_kw={"rows": 3},
    )


class WithdrawalForm(Form):
    """Taking a dossier back."""

    reason = TextAreaField(
        _("Why do you take it back?"),
        [InputRequired(_("Write in a few words why you take it back.")), Length(max=LONGEST_TEXT)],
        description=_("The office reads this."),
        render_kw={"rows": 4},
    )


class MessageForm(Form):
    """A message to the other side of a dossier."""

    message = TextAreaField(
        _("Your message"),
        [InputRequired(_("Write your message.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 3},
    )


class TrackForm(Form):
    """Public tracking: the code and one more thing only the filer knows."""

    code = StringField(
        _("Dossier code"),
        [InputRequired(_("Enter the dossier code.")), Length(max=LONGEST_LINE)],
        description=_("It stands on your receipt, for example H37.01-260302-0001."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    fact = StringField(
        _("Tax code or personal identity number"),
        [
            InputRequired(_("Enter the tax code of the company or the identity number of the person.")),
            Length(max=LONGEST_LINE),
        ],
        description=_("Of the company or person the dossier belongs to."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "numeric"},
    )

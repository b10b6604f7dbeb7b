"""Choosing how a result comes, giving it to the post, setting how a counter serves."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.catalogue.places import Places
from portal.deliveries.actions.choosing import Address, Wanted
from portal.deliveries.actions.posting import LONGEST, LONGEST_REASON
from portal.deliveries.models import CAPACITY, SLOT_MINUTES
from portal.deliveries.wording import WAY_HINTS, WAYS
from portal.dossiers.models import ResultWish
from portal.dossiers.receiving import Way
from portal.foundation.forms import Form
from portal.foundation.telephones import canonical_phone

LONGEST_LINE = 200


class ChoiceForm(Form):
    """How the result is to come; the address is asked only for the post."""

    way = RadioField(
        _("How do you want to receive the result?"), [InputRequired(_("Choose how you want to receive it."))]
    )
    recipient = StringField(_("Who receives it"), [Length(max=LONGEST_LINE)], render_kw={"autocomplete": "name"})
    phone = StringField(
        _("Telephone of the recipient"),
        [Length(max=LONGEST_LINE)],
        description=_("The post calls before it comes."),
        render_kw={"type": "tel", "autocomplete": "tel", "class": "govuk-input--width-20"},
    )
    province = SelectField(_("Province or city"), choices=[], validate_choice=False)
    commune = SelectField(_("Commune or ward"), choices=[], validate_choice=False)
    commune_elsewhere = StringField(_("Commune or ward, if in another province"), [Length(max=LONGEST_LINE)])
    street = StringField(
        _("House number, street, hamlet"), [Length(max=LONGEST_LINE)], render_kw={"autocomplete": "street-address"}
    )

    def offer(self, ways: Sequence[Way], places: Places) -> "ChoiceForm":
        """The ways there are, the provinces, and the communes of the home province."""
        self._places = places
        self.way.choices = [SelectChoice(way.value, str(WAYS[way])) for way in ways]
        self.province.choices = [SelectChoice(one.code, one.name) for one in places.provinces]
        communes = [SelectChoice(one.code, one.full_name) for one in places.communes]
        self.commune.choices = [SelectChoice("", gettext("Choose one")), *communes]
        self.commune.render_kw = {"params": {"attributes": {"data-autocomplete": ""}}}
        return self

    def way_hints(self) -> dict[str, Any]:
        """The items of the choice, each with what it means."""
        return {"items": [{"hint": {"text": str(WAY_HINTS[Way(value)])}} for value, *_rest in self.way.iter_choices()]}

    def validate(self, extra_validators: Any = None) -> bool:
        """The address must be whole where it is needed."""
        is_fine: bool = super().validate(extra_validators)
        if self.way.data == Way.POST.value:
            is_fine = self._address_is_whole() and is_fine
        return is_fine

    def wanted(self) -> Wanted:
        """What was chosen."""
        way = Way(self.way.data)
        return Wanted(way=way, address=self._address() if way is Way.POST else None)

    def _address(self) -> Address:
        is_home = self.province.data == self._places.home
        return Address(
            recipient=_line(self.recipient),
            phone=canonical_phone(_line(self.phone)) or "",
            province=self.province.data,
            commune=self.commune.data if is_home else _line(self.commune_elsewhere),
            street=_line(self.street),
        )

    def _address_is_whole(self) -> bool:
        problems = {
            "recipient": "" if _line(self.recipient) else gettext("Write the name of whoever receives it."),
            "phone": ""
            if canonical_phone(_line(self.phone))
            else gettext("Write a telephone number like 0912 345 678 or +86 138 0013 8000."),
            "street": "" if _line(self.street) else gettext("Write the house number and the street or hamlet."),
            **self._place_problems(),
        }
        for name, problem in problems.items():
            if problem:
                self[name].errors = [*self[name].errors, problem]
        return not any(problems.values())

    def _place_problems(self) -> dict[str, str]:
        if self.province.data not in self._places.province_by_code:
            return {"province": gettext("Choose the province or city.")}
        if self.province.data == self._places.home:
            known = self.commune.data in self._places.commune_by_code
            return {} if known else {"commune": gettext("Choose the commune or ward.")}
        return {} if _line(self.commune_elsewhere) else {"commune_elsewhere": gettext("Write the commune or ward.")}


def choice_of(wish: ResultWish | None, way: Way, places: Places) -> dict[str, str]:
    """What stands in the form before anything is typed."""
    known = {"way": way.value, "province": places.home}
    if wish is None or wish.way is not Way.POST:
        return known
    where = "commune" if wish.province == places.home else "commune_elsewhere"
    return known | {
        "recipient": wish.recipient or "",
        "phone": wish.phone or "",
        "province": wish.province or places.home,
        where: wish.commune or "",
        "street": wish.street or "",
    }


class PostingForm(Form):
    """A result goes to the post."""

    carrier = StringField(
        _("Carrier"), [InputRequired(_("Write who carries it, for example VNPost.")), Length(max=LONGEST)]
    )
    tracking = StringField(
        _("Tracking number"),
        [InputRequired(_("Write the tracking number of the receipt.")), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class ReturnForm(Form):
    """The post brings a result back."""

    reason = TextAreaField(
        _("Why did it come back?"),
        [InputRequired(_("Write why it came back. The company reads this sentence.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 2},
    )


class ServingForm(Form):
    """How a counter serves."""

    slot_minutes = IntegerField(
        _("Length of a slot in minutes"),
        [InputRequired(_("Write a number from 10 to 120.")), NumberRange(10, 120, _("Write a number from 10 to 120."))],
        default=SLOT_MINUTES,
        render_kw={"inputmode": "numeric", "class": "govuk-input--width-4"},
    )
    capacity = IntegerField(
        _("How many companies are served in one slot"),
        [InputRequired(_("Write a number from 1 to 20.")), NumberRange(1, 20, _("Write a number from 1 to 20."))],
        default=CAPACITY,
        render_kw={"inputmode": "numeric", "class": "govuk-input--width-4"},
    )
    version = HiddenField()


def _line(field: Any) -> str:
    return " ".join((field.data or "").split())

"""The base of every form: the design system's widgets, messages in the reader's language, whole dates.

Rooms write plain WTForms fields; `Form` draws each with its widget of the design system. A date has three
boxes (`DateField`), so that nobody fights a calendar on a phone.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import get_translations, gettext
from flask_wtf import FlaskForm
from govuk_frontend_wtf.main import flatten_errors
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import Field, fields
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from portal.foundation.telephones import canonical_phone

BOXES = 3
LONGEST_EMAIL = 254
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


class _Translations:
    """WTForms' own messages through the catalogue of the domain `wtforms`."""

    def gettext(self, text: str) -> str:
        return str(get_translations().ugettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        # WTForms fills the placeholders itself, so its %(max)d must survive this call untouched.
        return str(get_translations().ungettext(singular, plural, number))


class DateInput(GovDateInput):  # type: ignore[misc]
    """Three boxes for day, month and year, in the reader's words, whatever number of values came back."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        values = _three(field.raw_data) if field.raw_data else _parts_of(field.data)
        boxes = zip(("day", "month", "year"), (_("Day"), _("Month"), _("Year")), (2, 2, 4), values, strict=True)
        kwargs.setdefault("params", {})
        kwargs["params"] = {
            "items": [
                {
                    "label": label,
                    "id": field.id if part == "day" else f"{field.id}-{part}",
                    "name": field.name,
                    "value": value,
                    "classes": f"govuk-input--width-{width}" + (" govuk-input--error" if field.errors else ""),
                }
                for part, label, width, value in boxes
            ],
            **kwargs["params"],
        }
        given, field.raw_data = field.raw_data, list(values)
        try:
            params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        finally:
            field.raw_data = given
        params["id"] = f"{field.id}-group"
        return params


class PasswordInput(GovPasswordInput):  # type: ignore[misc]
    """A password with a button that shows it, labelled in the reader's language."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params.setdefault("showPasswordText", _("Show"))
        params.setdefault("showPasswordAriaLabelText", _("Show password"))
        params.setdefault("hidePasswordText", _("Hide"))
        params.setdefault("hidePasswordAriaLabelText", _("Hide password"))
        params.setdefault("passwordShownAnnouncementText", _("Your password is visible"))
        params.setdefault("passwordHiddenAnnouncementText", _("Your password is hidden"))
        return params


class FileInput(GovFileInput):  # type: ignore[misc]
    """A file chooser that also takes a dropped file and speaks the reader's language where scripts work."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params.setdefault("javascript", True)
        return params


def _(text: str) -> str:
    return str(gettext(text))


def _three(values: Sequence[Any]) -> tuple[str, str, str]:
    texts = [str(value) for value in values[:3]] + ["", "", ""]
    return texts[0], texts[1], texts[2]


def _parts_of(value: date | None) -> tuple[str, str, str]:
    return (str(value.day), str(value.month), f"{value.year:04d}") if value else ("", "", "")


class DateField(Field):  # type: ignore[misc]
    """A calendar day from three boxes; `data` is a `date` or None. Also takes one box with `24/11/2026`."""

    widget = DateInput()
    data: date | None

    def _value(self) -> str:
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the boxes; a partly filled or impossible day is an error that names what is missing."""
        values = [value.strip() for value in valuelist]
        if len(values) == 1:
            values = values[0].replace("-", "/").replace(".", "/").split("/")
        self.data = None
        if not any(values):
            return
        if len(values) != BOXES or not all(values):
            raise ValueError(_("Enter the day, the month and the year."))
        if not all(value.isascii() and value.isdigit() for value in values):
            raise ValueError(_("Write the date in numbers, for example 24 11 2026."))
        day, month, year = (int(value) for value in values)
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise ValueError(_("Write the year with four digits, for example 2026."))
        try:
            self.data = date(year, month, day)
        except ValueError as impossible:
            raise ValueError(_("There is no such day in the calendar. Check the day and the month.")) from impossible


_WIDGETS: tuple[tuple[type[Field], Any], ...] = (
    # the first class a field is an instance of decides, so special ones come first
    (fields.HiddenField, None),
    (fields.SubmitField, GovSubmitInput()),
    (fields.PasswordField, PasswordInput()),
    (fields.TextAreaField, GovTextArea()),
    (fields.RadioField, GovRadioInput()),
    (fields.SelectMultipleField, GovCheckboxesInput()),
    (fields.SelectField, GovSelect()),
    (fields.BooleanField, GovCheckboxInput()),
    (fields.MultipleFileField, FileInput(multiple=True)),
    (fields.FileField, FileInput()),
    (fields.StringField, GovTextInput()),
    (fields.IntegerField, GovTextInput()),
    (fields.DecimalField, GovTextInput()),
)


def widget_of(field: Field) -> Any:
    """The widget `field` is drawn with: its own where it was given one of ours, else the usual one."""
    if type(field.widget).__module__.startswith(("govuk_frontend_wtf", "portal.")):
        return field.widget
    return next((widget for kind, widget in _WIDGETS if isinstance(field, kind)), None) or field.widget


class Form(FlaskForm):  # type: ignore[misc]
    """What every room's form extends."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        _translations: ClassVar[_Translations] = _Translations()

        def get_translations(self, form: object) -> _Translations:  # noqa: ARG002
            return self._translations

        def bind_field(self, form: object, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Let rooms write choices as (value, label) pairs, a shape WTForms wants to drop."""
            choices = unbound_field.kwargs.get("choices")
            if isinstance(choices, (list, tuple)):
                unbound_field.kwargs["choices"] = [
                    fields.SelectChoice(*choice) if isinstance(choice, tuple) else choice for choice in choices
                ]
            return super().bind_field(form, unbound_field, options)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            return widget_of(field)(field, **{**(field.render_kw or {}), **render_kw})

    @property
    def error_count(self) -> int:
        """How many entries the error summary has; the page's title begins with it."""
        return len(error_list(self))


class EmailAddress:
    """One `@` between a name and a domain with a dot: a typing check, proven only by a letter that arrives."""

    _shape = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

    def __call__(self, form: object, field: Field) -> None:  # noqa: ARG002
        if field.data and not (len(field.data) <= LONGEST_EMAIL and self._shape.fullmatch(field.data.strip())):
            raise ValidationError(_("Write an e-mail address like ten@congty.vn."))


class Telephone:
    """A number that can be called."""

    def __call__(self, form: object, field: Field) -> None:  # noqa: ARG002
        if field.data and canonical_phone(field.data) is None:
            raise ValidationError(
                _("Enter a telephone number that can be called, for example 0912 345 678; one abroad begins with +.")
            )


def error_list(form: FlaskForm) -> list[dict[str, str]]:
    """The entries of the error summary: which field, what is wrong with it, and its address."""
    ids = {name: field.id for name, field in form._fields.items()}
    labels = {f"#{field.id}": str(field.label.text) for field in form if field.label.text}
    return [
        {"text": _named(labels.get(entry["href"], ""), str(entry["text"])), "href": entry["href"]}
        for entry in flatten_errors(form.errors, id_map=ids)
    ]


def _named(label: str, message: str) -> str:
    return f"{label}: {message}" if label and label not in message else message


def was_sent(field: Field) -> bool:
    """Whether the browser sent this field at all."""
    return bool(field.raw_data) and field.raw_data is not unset_value

"""What payers and cashiers send. Amounts of bills are never among it."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from portal.foundation.forms import Form
from portal.payments.actions.settling import LONGEST_NAME
from portal.payments.kinds import GatewayName
from portal.payments.wording import GATEWAYS


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


class PayerForm(Form):
    payer_name = StringField(
        _("Name of whoever pays"),
        filters=[_stripped],
        description=_("It is printed on the receipt."),
        validators=[
            InputRequired(_("Write the name of whoever pays.")),
            Length(max=LONGEST_NAME, message=_("Write at most 120 characters.")),
        ],
    )


class PayForm(PayerForm):
    gateway = RadioField(_("How do you want to pay?"), choices=[], validators=[InputRequired(_("Choose how to pay."))])

    def offer(self, gateways: Iterable[GatewayName]) -> "PayForm":
        """The ways there are; the first is chosen."""
        names = list(gateways)
        self.gateway.choices = [SelectChoice(name.value, GATEWAYS[name]) for name in names]
        if names and not self.gateway.data:
            self.gateway.data = names[0].value
        return self


class RefundForm(Form):
    amount = StringField(
        _("Amount in whole đồng"),
        filters=[_stripped],
        validators=[
            InputRequired(_("Write the amount.")),
            Regexp(r"^[0-9][0-9. ]{0,18}$", message=_("Write the amount in digits, for example 75000.")),
        ],
    )
    note = TextAreaField(
        _("Why the money goes back"),
        validators=[
            InputRequired(_("Write why the money goes back.")),
            Length(max=1000, message=_("Write at most 1000 characters.")),
        ],
        render_kw={"rows": 2},
    )

    @property
    def amount_vnd(self) -> int:
        """The amount; dots and spaces between thousands are left out."""
        data: Any = self.amount.data
        return int(str(data).replace(".", "").replace(" ", ""))

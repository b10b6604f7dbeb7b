"""What an administrator may send about a job that was given up."""

from flask_babel import lazy_gettext
from wtforms.fields import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.foundation.forms import Form

LARGEST_ID = 2**63 - 1


class RetryForm(Form):
    job = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=LARGEST_ID)])


class CloseForm(RetryForm):
    reason = TextAreaField(
        lazy_gettext("Why this job is not done"),
        filters=[lambda text: text.strip() if text else text],
        validators=[
            InputRequired(lazy_gettext("Write why the job is closed without being done.")),
            Length(min=3, max=500, message=lazy_gettext("Write the reason in 3 to 500 characters.")),
        ],
    )

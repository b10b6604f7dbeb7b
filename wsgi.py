"""What a web server runs: `gunicorn wsgi:app`."""

from config import settings
from portal.app import create_app
from portal.foundation import logs

logs.configure()
app = create_app(settings())

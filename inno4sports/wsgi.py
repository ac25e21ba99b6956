"""The door for WSGI servers: `inno4sports.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
application = get_wsgi_application()

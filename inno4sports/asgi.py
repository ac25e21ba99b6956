"""The door for ASGI servers: `inno4sports.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
application = get_asgi_application()

"""The door for WSGI servers: `inno4sports.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
application = get_wsgi_application()
# What start-up made stays for good: looking through it for garbage again and again took a fifth of a page's time (docs/performance.md).
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)

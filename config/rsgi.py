"""The web process's entry point, for granian's own interface. WSGI's is ``config.wsgi``."""

from config.whole_requests import whole_requests
from config.wsgi import application as wsgi

application = whole_requests(wsgi)

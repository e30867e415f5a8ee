"""The services outside, played on this machine: MMS, Turnstile and a mail server that delivers to a page.

For development and tests only: it needs aiohttp and aiosmtpd, which production does not install.
"""

from integrations.sandbox.server import Addresses, RunningSandbox, running, serve

__all__ = ["Addresses", "RunningSandbox", "running", "serve"]

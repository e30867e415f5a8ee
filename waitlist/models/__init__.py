from waitlist.models.entry import WaitlistEntry
from waitlist.models.lists import ConsentText, Waitlist
from waitlist.models.mail import Mail
from waitlist.models.signup import Signup

__all__ = ["ConsentText", "Mail", "Signup", "Waitlist", "WaitlistEntry"]

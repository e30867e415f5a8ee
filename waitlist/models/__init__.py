from waitlist.models.counts import LinkOpening, Refusal
from waitlist.models.crm_update import CrmUpdate
from waitlist.models.entry import WaitlistEntry
from waitlist.models.lists import ConsentText, Waitlist
from waitlist.models.mail import Mail
from waitlist.models.signup import Signup

__all__ = ["ConsentText", "CrmUpdate", "LinkOpening", "Mail", "Refusal", "Signup", "Waitlist", "WaitlistEntry"]

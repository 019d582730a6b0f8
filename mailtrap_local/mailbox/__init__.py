"""The one door for receive, find, mark, tag and delete: `Mailbox`, and what it is made of.

mailbox     the door itself
intake      what becomes of an arrival: its inbox, its Bcc, its tags
made        inboxes made by request
describer   the parse that a 250 does not wait for
waiting     who waits for what, and how each is woken
once        what several ask for in one breath, done once
parser      where parsing runs: here, in a thread, in a process of its own
"""

from mailtrap_local.mailbox.mailbox import Mailbox
from mailtrap_local.store.base import Selection

__all__ = ["Mailbox", "Selection"]

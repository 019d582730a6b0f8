"""Everything that goes out: what we fetch or send on request goes through here (SECURITY.md 10).

addresses   which addresses may be reached, and what a name leads to
http        a request over HTTP or HTTPS, its time, size and redirects capped
"""

from mailtrap_local.fetch.addresses import Endpoint, Reach
from mailtrap_local.fetch.http import Incoming, ask

__all__ = ["Endpoint", "Incoming", "Reach", "ask"]

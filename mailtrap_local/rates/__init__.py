"""Rate limits as providers have them: token buckets for each client, login, sender, recipient domain or inbox.

Presets are loaded when somebody asks for one.
"""

from mailtrap_local.rates.buckets import Buckets
from mailtrap_local.rates.limit import Limit, read
from mailtrap_local.rates.registry import Metered, RateLimits

__all__ = ["Buckets", "Limit", "Metered", "RateLimits", "read"]

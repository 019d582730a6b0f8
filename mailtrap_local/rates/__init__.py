"""Rate limits as providers have them: token buckets for each client, login, sender, recipient domain or inbox."""

from mailtrap_local.rates.buckets import Buckets
from mailtrap_local.rates.limit import RATE_PRESETS, Limit, read
from mailtrap_local.rates.registry import Metered, RateLimits

__all__ = ["RATE_PRESETS", "Buckets", "Limit", "Metered", "RateLimits", "read"]

"""Who may come in: users with their passwords, hashed or known, as every front asks for them."""

from mailtrap_local.credentials.users import REMEMBERED, Credentials

__all__ = ["REMEMBERED", "Credentials"]

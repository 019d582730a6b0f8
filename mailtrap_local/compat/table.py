"""The routes of the other catchers' APIs, for the composition root to pass beside the API's own."""

from mailtrap_local.compat import mailcatcher, maildev, mailhog
from mailtrap_local.http.route import Route

ROUTES: tuple[Route, ...] = (*mailhog.ROUTES, *maildev.ROUTES, *mailcatcher.ROUTES)

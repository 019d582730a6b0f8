"""Jim, MailHog's monkey that breaks connections by chance. There is none here, so its routes answer as those of one
that is off; a Jim that drives fault rules takes the place of these handlers.
"""

from starlette.responses import Response

from mailtrap_local.http import answer
from mailtrap_local.http.route import Call


async def show(_: Call) -> Response:
    """GET /v2/jim."""
    return answer.not_found()


async def change(_: Call) -> Response:
    """POST, PUT and DELETE /v2/jim."""
    return answer.not_found()

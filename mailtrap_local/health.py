"""`python -m mailtrap_local.health`: exit code 0 when the server with these settings is ready. For container images."""

import http.client
import os
import sys
from pathlib import Path

from mailtrap_local.errors import SettingError
from mailtrap_local.settings import Settings, load

_SECONDS = 3.0


def ready(settings: Settings) -> bool:
    """Whether the server that these settings started answers `/readyz` with 200."""
    hosts = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    connection = http.client.HTTPConnection(
        hosts.get(settings.host[0], settings.host[0]), settings.http_port, timeout=_SECONDS
    )
    try:
        connection.request("GET", f"{settings.base_path}/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """0 for ready, 1 for not, as HEALTHCHECK wants it."""
    try:
        return 0 if ready(load({}, environ=os.environ, directory=Path.cwd())) else 1
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())

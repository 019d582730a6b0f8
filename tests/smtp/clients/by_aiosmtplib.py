"""aiosmtplib sends a mail; what is asked of it is in the environment (tests/smtp/programs.py)."""

import asyncio
import os
from pathlib import Path

import aiosmtplib

given = {name.removeprefix("SEND_"): value for name, value in os.environ.items() if name.startswith("SEND_")}
options = given["OPTIONS"].split()
parameters = {"8BITMIME": "BODY=8BITMIME", "SMTPUTF8": "SMTPUTF8", "RET": "RET=HDRS", "ENVID": "ENVID=QQ314"}
mail_options = [parameter for option, parameter in parameters.items() if option in options]
rcpt_options = ["NOTIFY=SUCCESS,FAILURE"] if "RET" in options else []
mail = Path(given["FILE"]).read_bytes()


async def send() -> None:
    client = aiosmtplib.SMTP(
        hostname="localhost",
        port=int(given["PORT"]),
        use_tls=given["TLS"] == "implicit",
        start_tls={"starttls": True}.get(given["TLS"]),  # None, its default: TLS if the server offers it
        cert_bundle=given["CA"] or None,
        timeout=30,
    )
    async with client:
        if given["AUTH"]:
            await client.ehlo()
            log_in = getattr(client, "auth_" + given["AUTH"].lower().replace("-", ""))
            await log_in(given["USER"], given["PASSWORD"])
        taken = await client.sendmail(
            given["FROM"], given["TO"].split(), mail, mail_options=mail_options, rcpt_options=rcpt_options
        )
    if taken[0]:
        raise SystemExit(repr(taken[0]))


asyncio.run(send())

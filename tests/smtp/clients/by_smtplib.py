"""smtplib sends a mail; what is asked of it is in the environment (tests/smtp/programs.py)."""

import os
import smtplib
import ssl

given = {name.removeprefix("SEND_"): value for name, value in os.environ.items() if name.startswith("SEND_")}
options = given["OPTIONS"].split()
parameters = {"8BITMIME": "BODY=8BITMIME", "SMTPUTF8": "SMTPUTF8", "RET": "RET=HDRS", "ENVID": "ENVID=QQ314"}
mail_options = [parameter for option, parameter in parameters.items() if option in options]
rcpt_options = ["NOTIFY=SUCCESS,FAILURE"] if "RET" in options else []

context = ssl.create_default_context(cafile=given["CA"] or None)
if hasattr(ssl, "VERIFY_X509_STRICT"):
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by default from 3.13 on
if given["TLS"] == "implicit":
    client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", int(given["PORT"]), timeout=30, context=context)
else:
    client = smtplib.SMTP("localhost", int(given["PORT"]), timeout=30)
with client, open(given["FILE"], "rb") as mail:
    if given["TLS"] == "starttls":
        client.starttls(context=context)
    if given["AUTH"]:
        client.ehlo()
        client.user, client.password = given["USER"], given["PASSWORD"]
        client.auth(given["AUTH"], getattr(client, "auth_" + given["AUTH"].lower().replace("-", "_")))
    refused = client.sendmail(given["FROM"], given["TO"].split(), mail.read(), mail_options, rcpt_options)
if refused:
    raise SystemExit(repr(refused))

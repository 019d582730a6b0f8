"""Rows of the table: TLS, certificates, and logging in."""

from mailtrap_local.doctor.table.diagnosis import Diagnosis

ROWS = (
    # TLS and certificates
    Diagnosis(
        "self-signed", "certificate", rfc="RFC 5280 section 6", text="^self-signed$",
        means="The server's certificate is signed by itself, so nobody vouches for it; it is for {names}.",
        change=(
            "Trust it in the app (its CA file), or give the server a certificate of a known authority. Switching "
            "verification off is for development alone."
        ),
    ),
    Diagnosis(
        "unknown-ca", "certificate", rfc="RFC 5280 section 6", text="^unknown-ca$",
        means=(
            "The server's certificate is issued by {issuer}, which this machine does not know; or the server does "
            "not send the certificates in between."
        ),
        change=(
            "Add that authority's certificate to those that the app trusts (here: --ca FILE), or let the server "
            "send its full chain."
        ),
    ),
    Diagnosis(
        "expired", "certificate", rfc="RFC 5280 section 4.1.2.5", text="^expired$",
        means="The server's certificate has expired: it was valid until {ends}.",
        change="Renew it on the server, and reload the server; check this machine's clock too.",
    ),
    Diagnosis(
        "not-yet-valid", "certificate", rfc="RFC 5280 section 4.1.2.5", text="^not-yet-valid$",
        means="The server's certificate is not valid before {begins}.",
        change="Check the clock of this machine and of the one that issued it.",
    ),
    Diagnosis(
        "wrong-name", "certificate", rfc="RFC 6125 section 6", text="^wrong-name$",
        means="The server's certificate is for {names}, and {host} was asked for.",
        change="Use a name that the certificate has, or issue one that names {host}.",
    ),
    Diagnosis(
        "untrusted", "certificate", rfc="RFC 5280 section 6",
        means="The server's certificate is not to be trusted.",
        change="See what `openssl s_client -starttls smtp -connect {server}` says of it.",
    ),
    Diagnosis(
        "tls-failed", "tls", rfc="RFC 8446 section 4.1.1",
        means="The TLS handshake failed: {detail}.",
        change=(
            "The two sides may have no version or cipher in common (TLS 1.2 is the least today, RFC 8996), or a proxy "
            "or firewall in between answers without TLS. The server's log says more."
        ),
    ),
    Diagnosis(
        "starttls-unused", "offer", level="warning", rfc="RFC 3207", text="^starttls-unused$",
        means=(
            "The server offers STARTTLS, and it was not used: mail, user name and password go readable over the "
            "wire."
        ),
        change="Switch on STARTTLS in the app (`EMAIL_USE_TLS`, `starttls_auto`, `requireTLS`).",
        here="On this machine that harms nobody; in production it would.",
    ),
    Diagnosis(
        "no-tls", "offer", level="warning", rfc="RFC 8314", text="^no-tls$",
        means="The server offers no TLS on this port: whatever is sent goes readable over the wire.",
        change="Use the port with TLS (465), or switch on STARTTLS on the server.",
    ),
    Diagnosis(
        "starttls-broken", "reply", stages=("starttls",), rfc="RFC 3207 section 4",
        means="The server offers STARTTLS and then refuses it.",
        change="Mostly its certificate or key cannot be read; its log says which.",
    ),
    # AUTH
    Diagnosis(
        "auth-needs-tls", "offer", rfc="RFC 4954 section 4", text="^auth-needs-tls$",
        means="The server lets clients log in only inside TLS, and TLS was not begun.",
        change="Switch on STARTTLS in the app; then AUTH is offered.",
    ),
    Diagnosis(
        "no-auth", "offer", rfc="RFC 4954 section 3", text="^no-auth$",
        means="A user name was given, and the server offers no login on this port.",
        change=(
            "Ports 587 and 465 are for login, 25 mostly is not. If the server needs none, leave user and password "
            "out."
        ),
    ),
    Diagnosis(
        "password-in-clear", "offer", rfc="RFC 4954 section 9", text="^password-in-clear$",
        means="Without TLS the password would go readable over the wire, so it was not sent.",
        change="Use a port with TLS. To send it all the same: --plain.",
    ),
    Diagnosis(
        "password-to-a-stranger", "offer", level="warning", rfc="RFC 8314 section 5.4",
        text="^password-to-a-stranger$",
        means="The certificate is not to be trusted, and so the password was not sent: nobody knows who would get it.",
        change="Mend the certificate first, or trust it (here: --ca FILE).",
    ),
    Diagnosis(
        "oauth-only", "offer", rfc="RFC 7628", text="^no-mechanism$",
        means="The server's ways to log in ({offered}) are none that a user name and a password serve.",
        change=(
            "XOAUTH2 and OAUTHBEARER need a token of the provider in place of the password (here: --auth-mechanism); "
            "GSSAPI and NTLM a domain. Many providers also give passwords for apps, which make PLAIN appear."
        ),
    ),
    Diagnosis(
        "mechanism-not-offered", "offer", rfc="RFC 4954 section 3", text="^mechanism-not-offered$",
        means="The server does not offer {mechanism}; it offers {offered}.",
        change=(
            "Let the app use one of those. SCRAM-SHA-256 and CRAM-MD5 are only offered where the server knows the "
            "passwords, XOAUTH2 and OAUTHBEARER where it takes tokens."
        ),
    ),
    Diagnosis(
        "token-scope", "offer", rfc="RFC 7628 section 3.2.2", text="^token-scope$",
        means="The token is good, and does not allow to send mail: the server says {status}.",
        change="Ask for a token with the scope {scope}, and let the user consent to it again{configuration}.",
    ),
    Diagnosis(
        "token-request", "offer", rfc="RFC 7628 section 3.2.2", text="^token-request$",
        means="The server does not understand what {mechanism} sent: it says {status}.",
        change=(
            "Mostly a part is missing, or the token was encoded once too often: it goes as the provider gave it "
            "behind `auth=Bearer`, and the whole is put into base64 once."
        ),
    ),
    Diagnosis(
        "token-refused", "offer", rfc="RFC 7628 section 3.2.2", text="^token-refused$",
        means="The server refuses the token: it says {status}.",
        change=(
            "Tokens live for an hour or so: fetch a new one by the refresh token. It must be of this very user, be "
            "an access token (not the refresh or the ID token, and no password), and have the scope "
            "{scope}{configuration}."
        ),
    ),
    Diagnosis(
        "server-unproved", "offer", rfc="RFC 5802 section 3", text="^server-unproved$",
        means="The server did not prove that it knows the password: {detail}.",
        change="The password may be wrong, or somebody else answers there.",
    ),
    Diagnosis(
        "auth-inside-tls", "offer", level="note", rfc="RFC 4954 section 4", text="^auth-inside-tls$",
        means="Login is offered inside TLS only.",
        change="An app that does not use STARTTLS will find no AUTH here.",
    ),
    Diagnosis(
        "app-password", "reply", stages=("auth",), code="53[45]", status=r"5\.7\.9|5\.7\.8|",
        rfc="RFC 4954 section 6", text="application-specific|app password|web ?login|two.factor|2fa",
        means="The account is known, and its normal password is not accepted for this kind of login.",
        change="Make an app password in the provider's settings, and use that.",
    ),
    Diagnosis(
        "auth-tls-first", "reply", code="530|538", rfc="RFC 3207 section 4",
        text="starttls|encrypt|tls|ssl",
        means="The server wants TLS before this.",
        change="Switch on STARTTLS in the app, or use the port with TLS from the start (465).",
        here="It was started so that TLS is required.",
    ),
    Diagnosis(
        "credentials-wrong", "reply", stages=("auth",), code="535", rfc="RFC 4954 section 6",
        means="User name or password is wrong.",
        change=(
            "Check both for blanks, quotes and what a shell or an .env file makes of `$`, `#` and `%`. Some "
            "servers want the whole address as user name, others `apikey` or the like."
        ),
        here=(
            "Logins are those of --smtp-auth-file and of the inboxes made by request; without that file any would "
            "do."
        ),
    ),
    Diagnosis(
        "account-blocked", "reply", stages=("auth",), code="5..", status=r"5\.7\.1[34]|5\.2\.1", rfc="RFC 5248",
        means="The account is disabled, or may not send by SMTP.",
        change="Switch on SMTP login for this account in the provider's settings.",
    ),
    Diagnosis(
        "mechanism-unknown", "reply", stages=("auth",), code="504|534", rfc="RFC 4954 section 4",
        means="The server does not take this way of logging in, or not in this state.",
        change="Let the app use one of the mechanisms that the EHLO reply lists behind AUTH.",
    ),
    Diagnosis(
        "auth-later", "reply", stages=("auth",), code="4..", rfc="RFC 4954 section 6",
        means="The server cannot check logins at the moment; nothing is said about the password.",
        change="Try again later. If it stays, the server's password service is down, or too many logins have failed.",
    ),
    Diagnosis(
        "auth-cancelled", "reply", stages=("auth",), level="warning", code="501", rfc="RFC 4954 section 4",
        means="The exchange of the login broke off: what came was no answer to what was asked.",
        change=(
            "The client cancelled, or sends something that is not base64. If user name or password hold special "
            "characters, look at how the client encodes them."
        ),
    ),
    Diagnosis(
        "auth-order", "reply", stages=("auth",), level="warning", code="503", rfc="RFC 4954 section 4",
        means="AUTH came at a moment at which it is not allowed: before EHLO, a second time, or within a mail.",
        change="Log in once, right behind EHLO (and STARTTLS).",
    ),
    Diagnosis(
        "auth-refused", "reply", stages=("auth",), rfc="RFC 4954 section 6",
        means="The server refused the login.",
        change="Check user name, password, and whether this account may send.",
    ),
    Diagnosis(
        "auth-required", "reply", stages=("mail", "rcpt", "data"), code="530|550|553|554|503",
        status="5.7.[0-9]+|5.5.1|", rfc="RFC 4954 section 6",
        text=(
            r"auth\w* (is )?(required|first|needed)|must (issue an? )?auth|not authenticated|log ?in first"
            "|need.*authenticat"
        ),
        means="The server takes mail only from those who have logged in.",
        change=(
            "Give the app a user name and a password; if it has them, let it use them (STARTTLS may be needed "
            "first)."
        ),
        here="It was started so that a login is required.",
    ),
)  # fmt: skip

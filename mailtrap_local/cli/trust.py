"""How to make a client trust our authority, for each kind of client. `{file}` stands for the certificate's file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of client, and what to do there: lines as they are typed or written."""

    client: str
    lines: tuple[str, ...]


WAYS = (
    Way(
        "Python",
        (
            'smtplib.SMTP("localhost", 1025).starttls(context=ssl.create_default_context(cafile="{file}"))',
            "or for everything that uses the ssl module: SSL_CERT_FILE={file} python app.py",
        ),
    ),
    Way("Django", ("settings.py has no setting for it: SSL_CERT_FILE={file} python manage.py runserver",)),
    Way(
        "Node.js",
        (
            "NODE_EXTRA_CA_CERTS={file} node app.js",
            'or in nodemailer: createTransport({{ …, tls: {{ ca: fs.readFileSync("{file}") }} }})',
        ),
    ),
    Way(
        "Go",
        (
            "SSL_CERT_FILE={file} go run .    (Linux)",
            "or: pool := x509.NewCertPool(); pool.AppendCertsFromPEM(pem); tls.Config{{RootCAs: pool, …}}",
        ),
    ),
    Way(
        "Java",
        (
            "keytool -importcert -noprompt -alias mailtrap-local -file {file} -keystore trust.p12 -storepass changeit",
            "java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit …",
        ),
    ),
    Way(
        "PHP",
        (
            "php -d openssl.cafile={file} …    (or openssl.cafile in php.ini)",
            'Symfony Mailer and PHPMailer: stream option "ssl" => ["cafile" => "{file}"]',
        ),
    ),
    Way(
        "Ruby",
        (
            "SSL_CERT_FILE={file} ruby app.rb",
            'Rails: smtp_settings = {{ …, enable_starttls: true, ca_file: "{file}" }}',
        ),
    ),
    Way(
        ".NET",
        (
            "SSL_CERT_FILE={file} dotnet run    (Linux)",
            "elsewhere .NET trusts what the system trusts, see below",
        ),
    ),
    Way("curl", ("curl --cacert {file} --ssl-reqd smtp://localhost:1025 …",)),
    Way("openssl", ("openssl s_client -connect localhost:1465 -CAfile {file}",)),
    Way("swaks", ("swaks --tls --tls-verify --tls-ca-path {file} --server localhost:1025 …",)),
    Way(
        "Debian, Ubuntu",
        ("sudo cp {file} /usr/local/share/ca-certificates/mailtrap-local.crt && sudo update-ca-certificates",),
    ),
    Way(
        "Fedora, RHEL",
        ("sudo cp {file} /etc/pki/ca-trust/source/anchors/mailtrap-local.pem && sudo update-ca-trust",),
    ),
    Way("Alpine", ("cp {file} /usr/local/share/ca-certificates/mailtrap-local.crt && update-ca-certificates",)),
    Way(
        "macOS",
        ("security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {file}",),
    ),
    Way("Windows", ("certutil -user -addstore Root {file}",)),
)


def told(file: Path | str) -> str:
    """All ways, for a certificate in this file."""
    width = max(len(way.client) for way in WAYS)
    lines = []
    for way in WAYS:
        for number, line in enumerate(way.lines):
            lines.append(f"{way.client if number == 0 else '':{width}}  {line.format(file=file)}")
    return "\n".join(lines)

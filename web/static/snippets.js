/**
 * How to point an app here, ready to paste.
 *
 * @param {string} host @param {string} port
 * @returns {{ name: string, file: string, text: string }[]}
 */
export const snippets = (host, port) => [
  {
    name: "Python", file: "Django: settings.py · smtplib below",
    text: `EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "${host}"
EMAIL_PORT = ${port}

# smtplib
import smtplib
from email.message import EmailMessage

mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "app@example.com", "ann@example.com", "Hello"
mail.set_content("Hello from Python.")
with smtplib.SMTP("${host}", ${port}) as smtp:
    smtp.send_message(mail)`,
  },
  {
    name: "Node", file: "nodemailer",
    text: `import nodemailer from "nodemailer";

const transport = nodemailer.createTransport({ host: "${host}", port: ${port} });
await transport.sendMail({
  from: "app@example.com",
  to: "ann@example.com",
  subject: "Hello",
  text: "Hello from Node.",
});`,
  },
  {
    name: "Laravel", file: ".env · plain PHP below",
    text: `MAIL_MAILER=smtp
MAIL_HOST=${host}
MAIL_PORT=${port}
MAIL_USERNAME=null
MAIL_PASSWORD=null

; php.ini, for mail()
sendmail_path = "mailtrap-local sendmail -t"`,
  },
  {
    name: "Rails", file: "config/environments/development.rb",
    text: `config.action_mailer.delivery_method = :smtp
config.action_mailer.smtp_settings = { address: "${host}", port: ${port} }
config.action_mailer.raise_delivery_errors = true`,
  },
  {
    name: "Spring", file: "application.properties",
    text: `spring.mail.host=${host}
spring.mail.port=${port}
spring.mail.properties.mail.smtp.auth=false
spring.mail.properties.mail.smtp.starttls.enable=false`,
  },
  {
    name: "Go", file: "net/smtp",
    text: `mail := []byte("From: app@example.com\\r\\nTo: ann@example.com\\r\\n" +
	"Subject: Hello\\r\\n\\r\\nHello from Go.\\r\\n")
err := smtp.SendMail("${host}:${port}", nil, "app@example.com", []string{"ann@example.com"}, mail)`,
  },
  {
    name: "Shell", file: "swaks or curl",
    text: `swaks --server ${host}:${port} --from app@example.com --to ann@example.com --header "Subject: Hello"

printf 'From: app@example.com\\nTo: ann@example.com\\nSubject: Hello\\n\\nHello from curl.\\n' |
  curl smtp://${host}:${port} --mail-from app@example.com --mail-rcpt ann@example.com -T -`,
  },
];

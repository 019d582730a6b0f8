/**
 * Sample mails, in the shape of POST /api/v1/send.
 *
 * @typedef {{ name: string, mail: object }} Sample
 */

/** @param {string} title @param {string} body */
const page = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title>
<style>
  body { margin: 0; background: #f3f4f6; color: #1f2933; font: 16px/1.5 system-ui, sans-serif }
  .card { max-width: 520px; margin: 24px auto; padding: 32px; background: #fff; border-radius: 8px }
  .button { display: inline-block; padding: 10px 18px; background: #1f5fbf; color: #fff; border-radius: 6px; text-decoration: none }
  .code { font: 600 28px/1 ui-monospace, monospace; letter-spacing: 6px }
  td { padding: 6px 12px 6px 0 }
  @media (prefers-color-scheme: dark) {
    body { background: #15181c; color: #e4e7eb } .card { background: #20252b }
  }
</style></head><body><div class="card">${body}</div></body></html>`;

const from = { Name: "Sample App", Email: "app@example.com" };
const to = [{ Name: "Ann Example", Email: "ann@example.com" }];

/** @type {Sample[]} */
export const SAMPLES = [
  {
    name: "Welcome",
    mail: {
      From: from, To: to, Subject: "Welcome aboard, Ann", Tags: ["sample"],
      Text: "Welcome, Ann!\n\nConfirm your address: https://app.example.com/confirm?token=5f2b\n\nThe Sample App",
      HTML: page("Welcome", `<h1>Welcome, Ann!</h1><p>Good to have you here. One thing is left to do:</p>
<p><a class="button" href="https://app.example.com/confirm?token=5f2b">Confirm your address</a></p>
<p>The link holds for 24 hours.</p><img src="https://app.example.com/open.gif?u=42" width="1" height="1" alt="">`),
    },
  },
  {
    name: "Login code",
    mail: {
      From: from, To: to, Subject: "204861 is your login code", Tags: ["sample"],
      Text: "Your login code is 204861.\n\nIt holds for 10 minutes. If you did not ask for it, ignore this mail.",
      HTML: page("Login code", `<p>Your login code is</p><p class="code">204861</p><p>It holds for 10 minutes. If you did not ask for it, ignore this mail.</p>`),
    },
  },
  {
    name: "Invoice with attachment",
    mail: {
      From: { Name: "Billing", Email: "billing@example.com" }, To: to, Cc: [{ Name: "Bo", Email: "bo@example.com" }],
      Bcc: ["archive@example.com"], ReplyTo: [{ Name: "Help", Email: "help@example.com" }], Subject: "Invoice 2041 over 1.280,00 €", Tags: ["sample"],
      Text: "Please find invoice 2041 attached.\n\n1 licence   1.280,00 €",
      HTML: page("Invoice", `<h1>Invoice 2041</h1><table><tr><td>1 licence</td><td>1.280,00 €</td></tr><tr><td><b>Total</b></td><td><b>1.280,00 €</b></td></tr></table>`),
      Attachments: [{ Filename: "invoice-2041.csv", ContentType: "text/csv", Content: btoa("position;amount\n1 licence;1280.00\n") }],
    },
  },
];

// npm cypress-mailpit: each of its commands. Its index is for bundlers alone, so its class is registered as there.

import { readFile } from "node:fs/promises";
import { assert, call, given, report } from "./calls.mjs";
import { added, stand } from "./cypress.mjs";

stand({ MAILPIT_URL: given.url.replace(/\/$/, "") });
const source = await readFile(new URL("node_modules/cypress-mailpit/dist/src/MailpitCommands.js", import.meta.url), "utf8");
const { MailpitCommands } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const client = new MailpitCommands();
for (const name of MailpitCommands.parentCypressCommands) Cypress.Commands.add(name, {}, client[name].bind(client));
for (const name of MailpitCommands.childCypressCommands) Cypress.Commands.add(name, { prevSubject: true }, client[name].bind(client));

const { rich, plain } = given;
const idsOf = (list) => list.messages.map((message) => message.ID);
const soon = [0, 50, { timeout: 1000, interval: 50 }];

await call("mailpitGetAllMails", async () => assert.deepEqual(idsOf(await cy.mailpitGetAllMails()), [rich, plain]));
await call("mailpitSearchEmails", async () => assert.deepEqual(idsOf(await cy.mailpitSearchEmails("to:bob@y.org hello")), [plain]));
await call("mailpitGetEmailsBySubject", async () => assert.deepEqual(idsOf(await cy.mailpitGetEmailsBySubject("Hello")), [plain]));
await call("mailpitGetEmailsByTo", async () => assert.equal((await cy.mailpitGetEmailsByTo("bob@y.org")).messages_count, 2));
await call("mailpitHasEmailsBySearch", async () => assert.equal((await cy.mailpitHasEmailsBySearch("hello", ...soon)).messages_count, 1));
await call("mailpitHasEmailsBySubject", async () => assert.equal((await cy.mailpitHasEmailsBySubject("Hello", ...soon)).messages_count, 1));
await call("mailpitHasEmailsByTo", async () => assert.equal((await cy.mailpitHasEmailsByTo("ann@x.org", ...soon)).messages_count, 1));
await call("mailpitNotHasEmailsBySearch", async () => assert.equal((await cy.mailpitNotHasEmailsBySearch("nothing", ...soon)).messages_count, 0));
await call("mailpitNotHasEmailsBySubject", async () => assert.equal((await cy.mailpitNotHasEmailsBySubject("no such", ...soon)).messages_count, 0));
await call("mailpitNotHasEmailsByTo", async () => assert.equal((await cy.mailpitNotHasEmailsByTo("no@x.org", ...soon)).messages_count, 0));
await call("mailpitGetMail", async () => {
  assert.equal((await cy.mailpitGetMail()).ID, rich);
  assert.equal((await cy.mailpitGetMail(plain)).Text.trim(), "some text");
});
const mail = () => cy.mailpitGetMail(rich);
await call("mailpitGetSubject", async () => assert.equal(await mail().mailpitGetSubject(), "Grüße <b>"));
await call("mailpitGetFromAddress", async () => assert.equal(await mail().mailpitGetFromAddress(), "zoe@x.org"));
await call("mailpitGetRecipientAddress", async () => assert.deepEqual(await mail().mailpitGetRecipientAddress(), ["bob@y.org", "ann@x.org"]));
await call("mailpitGetMailHTMlBody", async () => assert.match(await mail().mailpitGetMailHTMlBody(), /Hi &amp; <a/));
await call("mailpitGetMailTextBody", async () => assert.match(await mail().mailpitGetMailTextBody(), /^Hi & link/));
await call("mailpitGetAttachments", async () => assert.deepEqual(await mail().mailpitGetAttachments(), ["notes.txt", "evil.html"]));
for (const name of ["mailpitGetMailSpamAssassinSummary", "mailpitGetMailSpamAssainSummary"]) {
  await call(name, async () => assert.equal(typeof (await mail()[name]()).IsSpam, "boolean"));
}
const unread = async () => (await cy.mailpitSearchEmails("is:unread")).messages_count;
await call("mailpitSetAllEmailStatusAsRead", async () => {
  assert.equal(await cy.mailpitSetAllEmailStatusAsRead(), "ok");
  assert.equal(await unread(), 0);
});
await call("mailpitSetAllEmailStatusAsUnRead", async () => {
  assert.equal(await cy.mailpitSetAllEmailStatusAsUnRead(), "ok");
  assert.equal(await unread(), 2);
});
await call("mailpitSetStatusAsRead", async () => {
  assert.equal(await cy.wrap({ ID: plain }).mailpitSetStatusAsRead(), "ok");
  assert.equal(await unread(), 1);
});
await call("mailpitSetStatusAsUnRead", async () => {
  assert.equal(await cy.wrap([{ ID: plain }]).mailpitSetStatusAsUnRead(), "ok");
  assert.equal(await unread(), 2);
});
await call("mailpitSendMail", async () => {
  const { ID } = await cy.mailpitSendMail();
  const sent = await cy.mailpitGetMail(ID);
  assert.deepEqual([sent.Subject, sent.ReplyTo[0].Address, sent.Bcc[0].Address], ["Hello Mailpit", "replyto@example.com", "bcc@example.com"]);
});
await call("mailpitDeleteEmailsBySearch", async () => {
  assert.equal((await cy.mailpitDeleteEmailsBySearch("subject:mailpit")).status, 200);
  assert.deepEqual(idsOf(await cy.mailpitGetAllMails()), [rich, plain]);
});
await call("mailpitDeleteAllEmails", async () => {
  assert.equal((await cy.mailpitDeleteAllEmails()).body, "ok");
  assert.deepEqual(idsOf(await cy.mailpitGetAllMails()), []);
});
report(added());

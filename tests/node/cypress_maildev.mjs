// npm cypress-maildev: each of its commands.

import { createRequire } from "node:module";
import { assert, call, given, report } from "./calls.mjs";
import { added, stand } from "./cypress.mjs";

const { hostname, port, pathname } = new URL(given.url);
stand({ MAILDEV_PROTOCOL: "http", MAILDEV_HOST: hostname, MAILDEV_API_PORT: port + pathname.replace(/\/$/, "") });
const { log } = console;
console.log = () => {}; // it tells its settings
createRequire(import.meta.url)("cypress-maildev");
console.log = log;
const { rich, plain } = given;
const idsOf = (mails) => mails.map((mail) => mail.id);

await call("maildevGetAllMessages", async () => assert.deepEqual(idsOf(await cy.maildevGetAllMessages()), [plain, rich]));
await call("maildevGetLastMessage", async () => assert.equal((await cy.maildevGetLastMessage()).id, rich));
await call("maildevGetMessageById", async () => assert.equal((await cy.maildevGetMessageById(plain)).text, "some text\n"));
await call("maildevVisitMessageById", async () => {
  await cy.maildevVisitMessageById(rich);
  assert.match((await cy.visited).body, /Hi &amp; <a/);
});
await call("maildevGetMessageBySubject", async () => assert.equal((await cy.maildevGetMessageBySubject("Hello")).id, plain));
await call("maildevGetMessageBySentTo", async () => assert.equal((await cy.maildevGetMessageBySentTo("ann@x.org")).id, rich));
await call("maildevGetOTPCode", async () => assert.equal(await cy.maildevGetOTPCode("code 123456"), "123456"));
await call("maildevHealthcheck", async () => assert.equal(await cy.maildevHealthcheck(), true));
await call("maildevDeleteMessageById", async () => {
  assert.equal(await cy.maildevDeleteMessageById(plain), true);
  assert.deepEqual(idsOf(await cy.maildevGetAllMessages()), [rich]);
});
await call("maildevDeleteAllMessages", async () => {
  assert.equal(await cy.maildevDeleteAllMessages(), true);
  assert.deepEqual(await cy.maildevGetAllMessages(), []);
});
report(added());

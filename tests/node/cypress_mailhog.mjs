// npm cypress-mailhog: each of its commands.

import { createRequire } from "node:module";
import { assert, call, given, report } from "./calls.mjs";
import { added, stand } from "./cypress.mjs";

stand({ mailHogUrl: given.url });
createRequire(import.meta.url)("cypress-mailhog");
const { rich, plain } = given;
const idsOf = (mails) => mails.map((mail) => mail.ID);

await call("mhGetAllMails", async () => assert.deepEqual(idsOf(await cy.mhGetAllMails()), [rich, plain]));
await call("mhFirst", async () => assert.equal((await cy.mhGetAllMails(1).mhFirst()).ID, rich));
await call("mhGetMailsBySubject", async () => assert.deepEqual(idsOf(await cy.mhGetMailsBySubject("Hello")), [plain]));
await call("mhGetMailsByRecipient", async () => assert.deepEqual(idsOf(await cy.mhGetMailsByRecipient("hidden@z.org")), [plain]));
await call("mhGetMailsBySender", async () => assert.deepEqual(idsOf(await cy.mhGetMailsBySender("zoe@x.org")), [rich]));
await call("mhSearchMails", async () => assert.deepEqual(idsOf(await cy.mhSearchMails("containing", "some text")), [plain]));
await call("mhFilterBySubject", async () => assert.deepEqual(idsOf(await cy.mhGetAllMails().mhFilterBySubject("Hello")), [plain]));
await call("mhFilterByRecipient", async () => assert.equal((await cy.mhGetAllMails().mhFilterByRecipient("bob@y.org")).length, 2));
await call("mhFilterBySender", async () => assert.deepEqual(idsOf(await cy.mhGetAllMails().mhFilterBySender("ann@x.org")), [plain]));
const mail = () => cy.mhGetMailsBySubject("Hello").mhFirst();
await call("mhGetSubject", async () => assert.equal(await mail().mhGetSubject(), "Hello"));
await call("mhGetBody", async () => assert.equal(await mail().mhGetBody(), "some text"));
await call("mhGetSender", async () => assert.equal(await mail().mhGetSender(), "ann@x.org"));
await call("mhGetRecipients", async () => assert.deepEqual(await mail().mhGetRecipients(), ["bob@y.org", "hidden@z.org"]));
await call("mhGetAttachments", async () => {
  assert.deepEqual(await cy.mhGetAllMails(1).mhFirst().mhGetAttachments(), ['"notes.txt"', '"evil.html"']);
});
await call("mhHasMailWithSubject", () => cy.mhHasMailWithSubject("Hello"));
await call("mhHasMailFrom", () => cy.mhHasMailFrom("ann@x.org"));
await call("mhHasMailTo", () => cy.mhHasMailTo("bob@y.org"));
await call("mhWaitForMails", () => cy.mhWaitForMails(1));
await call("mhGetJimMode", async () => assert.equal(await cy.mhGetJimMode(), false));
await call("mhSetJimMode", async () => {
  assert.equal((await cy.mhSetJimMode(true)).status, 201);
  assert.equal(await cy.mhGetJimMode(), true);
  assert.equal((await cy.mhSetJimMode(false)).status, 200);
});
await call("mhDeleteAll", async () => {
  await cy.mhDeleteAll();
  assert.deepEqual(await cy.mhGetAllMails(), []);
});
report(added());

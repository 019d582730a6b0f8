// npm mailpit-api: each method of MailpitClient.

import { MailpitClient } from "mailpit-api";
import { assert, call, given, report } from "./calls.mjs";

const client = new MailpitClient(given.url);
const { rich, plain } = given;
const all = Object.getOwnPropertyNames(MailpitClient.prototype).filter((name) => !["constructor", "request"].includes(name));

await call("getInfo", async () => assert.equal((await client.getInfo()).Messages, 2));
await call("getConfiguration", async () => assert.equal(typeof (await client.getConfiguration()).MessageRelay.Enabled, "boolean"));
await call("getMessageSummary", async () => {
  const message = await client.getMessageSummary(rich);
  assert.equal(message.Subject, "Grüße <b>");
  assert.deepEqual(message.To[1], { Name: "Ann", Address: "ann@x.org" });
  assert.deepEqual(message.Attachments.map((part) => part.FileName), ["notes.txt", "evil.html"]);
  assert.equal((await client.getMessageSummary()).ID, rich);
});
await call("getMessageHeaders", async () => assert.deepEqual((await client.getMessageHeaders(rich))["Message-Id"], ["<m1@x.org>"]));
await call("getMessageAttachment", async () => assert.equal(await (await client.getMessageAttachment(rich, "2")).text(), "attached"));
await call("getAttachmentThumbnail", async () => assert.equal((await client.getAttachmentThumbnail(rich, "1.2")).type, "image/jpeg"));
await call("getMessageSource", async () => assert.match(await client.getMessageSource(plain), /^From: Ann <ann@x\.org>\r\n/));
await call("renderMessageHTML", async () => assert.match(await client.renderMessageHTML(rich), /Hi &amp; <a/));
await call("renderMessageText", async () => assert.equal((await client.renderMessageText(plain)).trim(), "some text"));
await call("listMessages", async () => {
  const list = await client.listMessages(1, 1);
  assert.deepEqual([list.total, list.start, list.messages.map((message) => message.ID)], [2, 1, [plain]]);
});
await call("searchMessages", async () => {
  const found = await client.searchMessages({ query: "subject:hello", start: 0, limit: 5 });
  assert.deepEqual([found.messages_count, found.messages[0].ID], [1, plain]);
});
await call("waitForMessage", async () => assert.equal((await client.waitForMessage({ query: "to:bob@y.org hello" })).ID, plain));
await call("waitForMessages", async () => {
  assert.equal((await client.waitForMessages({ query: "to:bob@y.org", count: 2 })).messages.length, 2);
  assert.equal((await client.waitForMessages({ query: "to:nobody", count: 0 })).messages.length, 0);
});
await call("setReadStatus", async () => {
  assert.equal(await client.setReadStatus({ IDs: [plain], Read: true }), "ok");
  assert.deepEqual((await client.searchMessages({ query: "is:read hello" })).messages_count, 1);
  assert.equal(await client.setReadStatus({ Search: "hello", Read: false }, { tz: "Europe/Vienna" }), "ok");
});
await call("setTags", async () => assert.equal(await client.setTags({ IDs: [plain], Tags: ["my tag"] }), "ok"));
await call("getTags", async () => assert.ok((await client.getTags()).includes("my tag")));
await call("renameTag", async () => {
  assert.equal(await client.renameTag("my tag", "a/b"), "ok");
  assert.ok((await client.getTags()).includes("a/b"));
});
await call("deleteTag", async () => {
  assert.equal(await client.deleteTag("a/b"), "ok");
  assert.ok(!(await client.getTags()).includes("a/b"));
});
await call("htmlCheck", async () => assert.equal(typeof (await client.htmlCheck(rich)).Total.Tests, "number"));
await call("linkCheck", async () => assert.ok(Array.isArray((await client.linkCheck(rich)).Links)));
await call("spamAssassinCheck", async () => assert.equal(typeof (await client.spamAssassinCheck(rich)).IsSpam, "boolean"));
await call("getChaosTriggers", async () => assert.equal((await client.getChaosTriggers()).Sender.Probability, 0));
await call("setChaosTriggers", async () => {
  const sender = { ErrorCode: 452, Probability: 0 };
  assert.deepEqual((await client.setChaosTriggers({ Sender: sender })).Sender, sender);
});
await call("releaseMessage", async () => assert.equal(await client.releaseMessage(plain, { To: ["ann@x.org"] }), "ok"));
await call("sendMessage", async () => {
  const mail = { From: { Email: "a@x.org" }, To: [{ Email: "z@x.org" }], Subject: "Sent", Text: "hi", HTML: "<p>hi</p>" };
  const { ID } = await client.sendMessage(mail);
  assert.equal((await client.getMessageSummary(ID)).Subject, "Sent");
});
await call("deleteMessagesBySearch", async () => {
  assert.equal(await client.deleteMessagesBySearch({ query: "subject:sent" }), "ok");
  assert.equal((await client.listMessages()).total, 2);
});
await call("deleteMessages", async () => {
  assert.equal(await client.deleteMessages({ IDs: [plain] }), "ok");
  assert.deepEqual((await client.listMessages()).messages.map((message) => message.ID), [rich]);
  assert.equal(await client.deleteMessages(), "ok");
  assert.equal((await client.listMessages()).total, 0);
});
report(all);

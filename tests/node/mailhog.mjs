// npm mailhog: each function of its API object.

import mailhog from "mailhog";
import { assert, call, given, report } from "./calls.mjs";

const { hostname, port } = new URL(given.url);
const client = mailhog({ host: hostname, port, ...(given.basePath && { basePath: given.basePath }) });
const { rich, plain } = given;
const all = Object.keys(client).filter((name) => typeof client[name] === "function");

await call("messages", async () => {
  const list = await client.messages();
  assert.deepEqual([list.total, list.count, list.start, list.items.map((mail) => mail.ID)], [2, 2, 0, [rich, plain]]);
  const [first, second] = list.items;
  assert.deepEqual([first.subject, first.from, first.cc], ["Grüße <b>", "Zoë <zoe@x.org>", "c@x.org"]);
  assert.deepEqual(first.attachments.map((file) => [file.name, file.type, file.Body]), [
    ["notes.txt", 'text/plain; charset=iso-8859-1; name="caf\ufffd.txt"', "attached"],
    ["evil.html", 'text/html; name="evil.html"', "<script>alert(1)</script>"],
  ]);
  assert.deepEqual([first.date.toISOString(), first.replyTo], ["2026-11-24T09:11:12.000Z", "r@x.org"]);
  assert.ok(Math.abs(second.deliveryDate - Date.now()) < 60_000);
  assert.deepEqual((await client.messages(1, 1)).items.map((mail) => mail.ID), [plain]);
});
await call("search", async () => {
  assert.deepEqual((await client.search("hidden@z.org", "to")).items.map((mail) => mail.ID), [plain]);
  assert.equal((await client.search("x.org", "from", 1, 5)).count, 1);
  assert.equal((await client.search("nowhere")).total, 0);
});
await call("latestFrom", async () => assert.equal((await client.latestFrom("ann@x.org")).ID, plain));
await call("latestTo", async () => assert.equal((await client.latestTo("bob@y.org")).ID, rich));
await call("latestContaining", async () => assert.equal((await client.latestContaining("some text")).ID, plain));
await call("encode", () => assert.equal(client.encode("ü", "quoted-printable"), "=C3=BC"));
await call("decode", () => assert.equal(client.decode("w7w=", "base64"), "ü"));
await call("releaseMessage", async () => {
  const config = { host: "127.0.0.1", port: "1", email: "ann@x.org" };
  assert.equal((await client.releaseMessage(plain, config)).statusCode, 200);
});
await call("deleteMessage", async () => {
  assert.equal((await client.deleteMessage(plain)).statusCode, 200);
  assert.deepEqual((await client.messages()).items.map((mail) => mail.ID), [rich]);
});
await call("deleteAll", async () => {
  await client.deleteAll();
  assert.equal((await client.messages()).total, 0);
});
report(all);

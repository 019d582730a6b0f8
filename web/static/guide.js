/**
 * What helps to begin: the search filters, snippets and sample mails, out of `start.json`.
 *
 * @import { Guide } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { failed } from "./acts.js";
import { guide } from "./store.js";
import { tell } from "./toasts.js";

export async function load() {
  if (!guide.peek()) await api.guide().then((found) => (guide.value = found), (error) => failed(error, "Not loaded"));
}

/** @param {Guide["samples"][number]} sample */
export async function send({ mail, to }) {
  await api.upload(mail.join("\r\n"), to).then(() => tell("A sample mail is on its way"), (error) => failed(error, "Not sent"));
}

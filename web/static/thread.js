/**
 * The thread of a message: what answers what, by References and In-Reply-To (RFC 5322 section 3.6.4).
 *
 * @import { Message } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { thread } from "./store.js";

const SHOWN = 50;

/** @param {Message} message @param {string} name @returns {string[]} the message ids of a header field */
const named = (message, name) =>
  message.Parts.Headers.filter(({ Name }) => Name.toLowerCase() === name).flatMap(({ Value }) => [...Value.matchAll(/<([^<>\s]+)>/g)].map((match) => match[1]));

/** The search that finds a thread by its first message's id; "" if there is none. @param {Message} message */
export function threadQuery(message) {
  const first = named(message, "references")[0] ?? named(message, "in-reply-to")[0] ?? message.MessageID;
  return first && first.length < 500 && !/["\s]/.test(first) ? `thread:${first}` : "";
}

/** Look for the others of its thread. @param {Message} message */
export async function follow(message) {
  const query = threadQuery(message);
  if (thread.peek().id !== message.ID) thread.value = { id: message.ID, messages: [] };
  const page = query ? await api.page({ inbox: message.Inbox, q: query }, 0, SHOWN).catch(() => null) : null; // a thread is a comfort: the message is there without
  if (thread.peek().id === message.ID && page) thread.value = { id: message.ID, messages: page.messages.reverse() };
}

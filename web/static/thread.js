/**
 * The thread of a message: what answers what, by References and In-Reply-To (RFC 5322 section 3.6.4).
 *
 * @import { Message } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { thread, totals } from "./store.js";

const MOST = 2000; // messages among which one is looked for: that reads the header of each, some 40 ms for a thousand
const SHOWN = 50;

/** @param {Message} message @param {string} name @returns {string[]} the message ids of a header field */
const named = (message, name) =>
  message.Parts.Headers.filter(({ Name }) => Name.toLowerCase() === name).flatMap(({ Value }) => [...Value.matchAll(/<([^<>\s]+)>/g)].map((match) => match[1]));

/** The search that finds a thread by its first message's id; "" if there is none. @param {Message} message */
export function threadQuery(message) {
  const first = named(message, "references")[0] ?? named(message, "in-reply-to")[0] ?? message.MessageID;
  if (!first || first.length > 500 || /["\s]/.test(first)) return "";
  const pattern = `/<${first.replace(/[^A-Za-z0-9]/g, ".")}>/`;
  return `message-id:=${first} OR header:References=${pattern} OR header:In-Reply-To=${pattern}`;
}

/** Look for the others of its thread. @param {Message} message */
export async function follow(message) {
  const query = totals.peek().total <= MOST ? threadQuery(message) : "";
  if (thread.peek().id !== message.ID) thread.value = { id: message.ID, messages: [] };
  const page = query ? await api.page({ inbox: message.Inbox, q: query }, 0, SHOWN).catch(() => null) : null; // a thread is a comfort: the message is there without
  if (thread.peek().id === message.ID && page) thread.value = { id: message.ID, messages: page.messages.reverse() };
}

/**
 * The tabs of a message, in the order of their keys 1 to 9 and 0.
 *
 * @import { Message } from "../types/wire.d.ts"
 * @import { Tab } from "./store.js"
 */

/** @type {{ name: Tab, label: string }[]} */
export const TABS = [
  { name: "html", label: "HTML" },
  { name: "text", label: "Text" },
  { name: "source", label: "Source" },
  { name: "headers", label: "Headers" },
  { name: "tree", label: "Tree" },
  { name: "raw", label: "Raw" },
  { name: "attachments", label: "Attachments" },
  { name: "envelope", label: "Envelope" },
  { name: "session", label: "Session" },
  { name: "links", label: "Links" },
];

/** @param {number} at @returns {string} the key of the tab at this place */
export const tabKey = (at) => String((at + 1) % 10);

/** @param {Message} message @returns {number} how many attached and inline parts */
export const attached = (message) => message.Attachments.length + message.Inline.length;

/** The tab to show: the one asked for, else HTML, else text. @param {Message | null} message @param {Tab | ""} asked @returns {Tab} */
export function shownTab(message, asked) {
  if (asked && asked !== "html") return asked;
  return message && !message.HTML && !asked ? "text" : "html";
}

/**
 * What the palette finds: every act of the key table, places, what can be set, and messages.
 *
 * @import { Summary } from "../types/wire.d.ts"
 */
import * as acts from "./acts.js";
import * as api from "./api.js";
import { brief, inert } from "./format.js";
import { KEYS } from "./keys.js";
import { notify } from "./notify.js";
import { go } from "./router.js";
import { runPlace, runs } from "./runs.js";
import { SORTS } from "./sorts.js";
import { found, inboxes, prefer, prefs, tags } from "./store.js";

/** @typedef {{ kind: string, label: string, keys?: string, run: () => unknown }} Entry */

const MOST = 60;
const MESSAGES = 8;

/** @param {string} tag @returns {string} the search that finds it */
export const tagQuery = (tag) => (/\s/.test(tag) ? `tag:"${tag}"` : `tag:${tag}`);

/** @returns {Entry[]} what can be set, each as an act */
function choices() {
  const { theme, dense, notify: notified, singleKeys, wrap, dark, images, width } = prefs.value;
  /** @param {string} label @param {Parameters<typeof prefer>[0]} change @returns {Entry} */
  const choice = (label, change) => ({ kind: "Setting", label, run: () => prefer(change) });
  return [
    ...(/** @type {const} */ (["system", "light", "dark"])).filter((one) => one !== theme).map((one) => choice(`Theme: ${one}`, { theme: one })),
    choice(dense ? "Comfortable list" : "Dense list", { dense: !dense }),
    choice(`Single-key shortcuts: ${singleKeys ? "off" : "on"}`, { singleKeys: !singleKeys }),
    choice(`Wrap long lines: ${wrap ? "off" : "on"}`, { wrap: !wrap }),
    choice(`Preview prefers dark: ${dark ? "off" : "on"}`, { dark: !dark }),
    choice(`Preview images: ${images ? "off" : "on"}`, { images: !images }),
    { kind: "Setting", label: `Notifications: ${notified ? "off" : "on"}`, run: () => void notify(!notified) },
    ...(/** @type {const} */ (["320", "375", "600", "768", "full", "all"])).filter((one) => one !== width).map((one) => choice(`Preview width: ${one}`, { width: one })),
  ];
}

/** @param {string} q @param {string} [inbox] */
const to = (q, inbox) => () => go({ view: "mail", id: "", tab: "", q, ...(inbox !== undefined && { inbox }) });

/** @returns {Entry[]} all but messages */
function known() {
  return [
    ...KEYS.map(({ keys, does, run }) => ({ kind: "Act", label: does, keys: keys[0], run })),
    ...[...runs.value.keys()].map((run) => ({ kind: "Run", label: run, run: () => go({ view: "mail", ...runPlace(run) }) })),
    ...inboxes.value.map(({ Name }) => ({ kind: "Inbox", label: Name, run: to("", Name) })),
    ...Object.keys(tags.value).map((tag) => ({ kind: "Tag", label: tag, run: to(tagQuery(tag)) })),
    ...prefs.value.saved.map((q) => ({ kind: "Search", label: q, run: to(q) })),
    ...SORTS.map(([sort, label]) => ({ kind: "Sort", label, run: () => acts.sortBy(sort) })),
    ...choices(),
  ];
}

/** @param {Summary} summary @returns {Entry} */
const message = ({ ID, Subject, From }) => ({ kind: "Message", label: `${inert(Subject) || "(no subject)"} · ${brief(From)}`, run: () => acts.open(ID) });

/** What fits a text, best first: all its words occur, those that begin with it before those that hold it. @param {string} text @returns {Entry[]} */
export function fitting(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = known().filter(({ kind, label }) => words.every((word) => `${kind} ${label}`.toLowerCase().includes(word)));
  const begins = (/** @type {Entry} */ { label }) => Number(!label.toLowerCase().startsWith(words.join(" ")));
  fits.sort((one, other) => begins(one) - begins(other));
  return [...fits.slice(0, MOST), ...found.value.map(message)];
}

let asked = 0;
/** Ask the server for the messages that a text finds. @param {string} text */
export async function find(text) {
  const ticket = (asked += 1);
  const page = text ? await api.page({ inbox: "", q: text }, 0, MESSAGES).catch(() => null) : null; // half a query may be none
  if (ticket === asked) found.value = page?.messages ?? [];
}

/**
 * All state of the page. Components read it, acts (`acts.js`) change it; nothing else holds any.
 *
 * @import { Fault, FaultPreset, Guide, Inbox, Info, MadeInbox, Message, RateLimit, RatePreset, Session, SessionRow, Summary, WebUI } from "../types/wire.d.ts"
 */
import { computed, effect, signal } from "./vendor/preact.js";
import { Sparse } from "./sparse.js";

/**
 * @typedef {"html" | "text" | "source" | "headers" | "tree" | "raw" | "attachments" | "envelope" | "session" | "links"} Tab
 * @typedef {{ view: "mail" | "sessions", id: string, other: string, tab: Tab | "", inbox: string, q: string, sort: Sort }} Route
 * @typedef {"" | "oldest" | "sender" | "subject" | "inbox" | "largest" | "smallest"} Sort   "" is newest first
 * @typedef {{ state: "connecting" | "live" | "waiting", retryAt: number, note: string }} Connection
 * @typedef {{ key: number, text: string, kind: "plain" | "error", undo: (() => void) | null }} Toast
 * @typedef {{ state: "loading" | "ready" | "gone" | "failed", message: Message | null, error: string }} Opened
 * @typedef {"320" | "375" | "600" | "768" | "full" | "all"} Width
 * @typedef {"" | "help" | "settings" | "filters" | "start" | "rail" | "faults" | "delete-all" | "bounce" | "inboxes" | "palette"} Panel
 */

export const base = document.documentElement.dataset.base ?? "";
const STORAGE = "mailtrap-local";

// Where one is
export const route = signal(/** @type {Route} */ ({ view: "mail", id: "", other: "", tab: "", inbox: "", q: "", sort: "" }));

// The list. `list` is changed in place: who reads it reads `revision` too.
export const list = new Sparse();
export const revision = signal(0);
export const loaded = signal(false);
export const entering = signal(/** @type {AbortController | null} */ (null)); // a scope whose first page is on its way
export const held = signal(0); // newest messages that are not shown yet, so that nothing moves
export const aside = signal(0); // new messages that are not in a sorted list yet: where they belong is not known here
export const asOf = signal(""); // the cursor that a sorted list is of
export const jump = signal(0); // rows by which what is in sight has moved, to be scrolled after
export const paused = signal(false);
export const active = signal(""); // id of the row that the keys are on
export const selected = signal(/** @type {ReadonlySet<string>} */ (new Set()));
export const searchError = signal("");
export const warnings = signal(/** @type {string[]} */ ([]));
export const scopeUnread = signal(0);
export const listTop = signal(0); // index of the first row on screen
export const listRows = signal(1); // how many rows the screen holds

export const shown = computed(() => {
  void revision.value;
  return Math.max(0, list.total - held.value);
});

// Everything, whatever the scope
export const totals = signal({ total: 0, unread: 0 });
export const inboxes = signal(/** @type {Inbox[]} */ ([]));
export const made = signal(/** @type {MadeInbox | null} */ (null)); // the inbox made last, with its password
export const tags = signal(/** @type {Record<string, number>} */ ({}));
export const webui = signal(/** @type {WebUI} */ ({ Label: "" }));
export const info = signal(/** @type {Info | null} */ (null));

// The message that is open
export const opened = signal(/** @type {Opened} */ ({ state: "loading", message: null, error: "" }));
export const compared = signal(/** @type {{ messages: Message[] | null, error: string }} */ ({ messages: null, error: "" })); // it and the other one
export const bodies = new Map(/** @type {[string, Message][]} */ ([])); // the newest looked at, and their neighbours
export const thread = signal(/** @type {{ id: string, messages: Summary[] }} */ ({ id: "", messages: [] })); // oldest first
export const remoteFor = signal(""); // id of the message that may load remote content
export const lastTab = signal(/** @type {Tab | ""} */ (""));

// Sessions
export const sessions = signal(/** @type {SessionRow[] | null} */ (null));
export const session = signal(/** @type {Session | null} */ (null));
export const ended = signal(0); // how often we were told that sessions have ended

// Faults and rate limits of the scope, while somebody looks at them
export const faults = signal(/** @type {Fault[] | null} */ (null));
export const faultPresets = signal(/** @type {FaultPreset[]} */ ([]));
export const limits = signal(/** @type {RateLimit[]} */ ([]));
export const limitPresets = signal(/** @type {RatePreset[]} */ ([]));
export const faultError = signal("");

// Filters, snippets and sample mails, once somebody looks at them
export const guide = signal(/** @type {Guide | null} */ (null));

// What the palette finds
export const found = signal(/** @type {Summary[]} */ ([]));

// The page
export const connection = signal(/** @type {Connection} */ ({ state: "connecting", retryAt: 0, note: "" }));
export const toasts = signal(/** @type {Toast[]} */ ([]));
export const undoable = signal(/** @type {{ key: number, undo: () => void }[]} */ ([]));
export const panel = signal(/** @type {Panel} */ (""));
export const spoken = signal(""); // for the live region
export const now = signal(Date.now());
export const narrow = signal(false);

/**
 * What is remembered in this browser.
 * @typedef {{ theme: "system" | "light" | "dark", singleKeys: boolean, rail: number, list: number,
 *   width: Width, images: boolean, dark: boolean, wrap: boolean, dense: boolean, words: boolean, notify: boolean, saved: string[] }} Prefs
 */
/** @type {Prefs} */
const DEFAULTS = {
  theme: "system", singleKeys: true, rail: 200, list: 420, width: "full", images: true, dark: false, wrap: false, dense: false, words: false, notify: false, saved: [],
};

const CHOICES = { theme: ["system", "light", "dark"], width: ["320", "375", "600", "768", "full", "all"] };

/** Settings out of a text: what is none of ours, or no such value, is left out. @param {string} text @returns {Prefs} */
export function prefsOf(text) {
  const read = Object.entries(JSON.parse(text)).filter(([name, value]) => {
    const known = /** @type {Record<string, unknown>} */ (DEFAULTS)[name];
    if (Array.isArray(known)) return Array.isArray(value) && value.every((one) => typeof one === "string");
    return typeof value === typeof known && (CHOICES[/** @type {"theme"} */ (name)]?.includes(/** @type {"dark"} */ (value)) ?? true);
  });
  return { ...DEFAULTS, ...Object.fromEntries(read) };
}

/** @returns {Prefs} */
function remembered() {
  try {
    return prefsOf(localStorage.getItem(STORAGE) ?? "{}");
  } catch {
    return DEFAULTS;
  }
}

export const prefs = signal(remembered());
addEventListener("storage", ({ key }) => {
  if (key === STORAGE) prefs.value = remembered(); // another window of ours has changed them
});

/** @param {Partial<Prefs>} change */
export function prefer(change) {
  prefs.value = { ...prefs.value, ...change };
}

effect(() => {
  const { theme } = prefs.value;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(STORAGE, JSON.stringify(prefs.value));
  } catch {
    // a browser that forbids storage forgets at reload, no more than that
  }
});

/** The stored message of an id: `id~path` is the message inside it that the part at this path is. @param {string} id */
export const outer = (id) => id.split("~")[0];

/** The summary of the open message, as far as the list knows it. */
export const current = computed(() => {
  void revision.value;
  return list.summaries.get(route.value.id) ?? null;
});

/** What a bulk act works on: the selected rows, else the row the keys are on. @returns {string[]} */
export function targets() {
  if (selected.value.size) return [...selected.value];
  const id = active.value || route.value.id;
  return id ? [id] : [];
}

/** @param {number} index of a row on screen @returns {Summary | null} */
export const rowAt = (index) => list.at(index + held.value);

/** @param {number} row @returns {string} "" where it has never been fetched */
export const idAt = (row) => list.ids[list.total - 1 - row - held.value] ?? "";

/** @param {string} id @returns {number} the row, -1 if it is not among those shown */
export const rowOf = (id) => {
  const index = id ? list.indexOf(id) - held.value : -1;
  return index < 0 ? -1 : index;
};

let waiting = false;
/** The list has changed: tell the screen, once a frame. */
export function touched() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    revision.value += 1;
  });
}

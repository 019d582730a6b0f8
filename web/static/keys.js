/**
 * Every key, once: the handler, the help and the tests read this table.
 *
 * `keys` are as KeyboardEvent.key says them, with Shift+, Ctrl+ (Cmd on a Mac) before; "g i" is one after the other.
 * `always`: also while one writes into a field.
 */
import * as acts from "./acts.js";
import { copyCode } from "./clipboard.js";
import { remove } from "./deleting.js";
import { go } from "./router.js";
import { undoLast } from "./toasts.js";
import { nested } from "./inside.js";
import { TABS, tabKey } from "./tabs.js";
import { togglePin } from "./tagging.js";
import { active, list, listRows, opened, panel, paused, prefer, prefs, route, rowOf, selected, shown, targets } from "./store.js";

/** @typedef {{ keys: string[], does: string, group: "Move" | "Act" | "Go" | "View", run: () => void, always?: boolean }} Key */

/** @param {string} selector @param {"focus" | "click"} [how] */
const focus = (selector, how = "focus") => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.[how]();

function toRail() {
  if (document.querySelector(".rail")?.checkVisibility({ visibilityProperty: true }) === false) panel.value = "rail";
  requestAnimationFrame(() => focus(".rail a"));
}

const openActive = () => {
  if (active.peek()) acts.open(active.peek());
  requestAnimationFrame(() => focus(".message-title"));
};

function toList() {
  acts.close();
  requestAnimationFrame(() => focus("#list")); // it may have been hidden
}

function back() {
  if (panel.peek()) panel.value = "";
  else if (selected.peek().size) selected.value = new Set();
  else if (route.peek().id) toList();
  else if (route.peek().view === "sessions") go({ view: "mail", id: "" });
  else if (route.peek().q) go({ q: "" });
}

/** @type {Key[]} */
export const KEYS = [
  { keys: ["j", "ArrowDown"], does: "Next message", group: "Move", run: () => acts.move(1) },
  { keys: ["k", "ArrowUp"], does: "Previous message", group: "Move", run: () => acts.move(-1) },
  { keys: ["PageDown"], does: "A screen down", group: "Move", run: () => acts.move(listRows.peek() - 1) },
  { keys: ["PageUp"], does: "A screen up", group: "Move", run: () => acts.moveTo(Math.max(0, rowOf(active.peek()) - listRows.peek() + 1)) },
  { keys: ["g g", "Home"], does: "Newest message", group: "Move", run: () => acts.moveTo(-1) },
  { keys: ["Shift+G", "End"], does: "Oldest message", group: "Move", run: () => acts.moveTo(shown.value - 1) },
  { keys: ["o", "Enter"], does: "Open the message", group: "Move", run: openActive },
  { keys: ["u"], does: "Back to the list", group: "Move", run: toList },
  { keys: ["x", " "], does: "Select or unselect", group: "Act", run: () => acts.toggleSelect() },
  { keys: ["Shift+J", "Shift+ArrowDown"], does: "Select downwards", group: "Act", run: () => acts.move(1, true) },
  { keys: ["Shift+K", "Shift+ArrowUp"], does: "Select upwards", group: "Act", run: () => acts.move(-1, true) },
  { keys: ["Ctrl+a"], does: "Select all that is loaded", group: "Act", run: () => acts.select(list.ids.filter((id) => id !== null), true) },
  { keys: ["#", "Delete"], does: "Delete", group: "Act", run: () => remove(targets()) },
  { keys: ["z", "Ctrl+z"], does: "Undo", group: "Act", run: undoLast },
  { keys: ["r"], does: "Read or unread", group: "Act", run: () => acts.toggleRead(targets()) },
  { keys: ["Shift+R"], does: "Mark all read", group: "Act", run: () => void acts.markAllRead() },
  { keys: ["b"], does: "Report a bounce", group: "Act", run: () => route.peek().id && opened.peek().state !== "gone" && !nested(route.peek().id) && (panel.value = "bounce") },
  { keys: ["s"], does: "Pin or unpin", group: "Act", run: () => togglePin(targets()) },
  { keys: ["t"], does: "Edit tags", group: "Act", run: () => focus(".add-tag", "click") },
  { keys: ["d"], does: "Compare two selected messages", group: "Act", run: acts.compare },
  { keys: ["c"], does: "Copy the one-time code", group: "Act", run: () => void copyCode() },
  { keys: ["p"], does: "Pause or go on", group: "Act", run: () => (paused.value = !paused.peek()) },
  ...TABS.map(({ name, label }, at) => /** @type {Key} */ ({
    keys: [tabKey(at)], does: `Tab: ${label}`, group: "View", run: () => route.peek().id && acts.openTab(name),
  })),
  { keys: ["Shift+S"], does: "Sort the list", group: "Go", run: () => focus("#sort", "click") },
  { keys: ["/"], does: "Search", group: "Go", run: () => focus("#search") },
  { keys: ["g i"], does: "All messages", group: "Go", run: () => go({ view: "mail", inbox: "", id: "", q: "" }) },
  { keys: ["g u"], does: "Unread messages", group: "Go", run: () => go({ view: "mail", id: "", q: "is:unread" }) },
  { keys: ["g s"], does: "SMTP sessions", group: "Go", run: () => go({ view: "sessions", id: "" }) },
  { keys: ["g n"], does: "Get started", group: "Go", run: () => (panel.value = "start") },
  { keys: ["g f"], does: "Faults and rate limits", group: "Go", run: () => (panel.value = "faults") },
  { keys: ["g b"], does: "Make and delete inboxes", group: "Go", run: () => (panel.value = "inboxes") },
  { keys: ["g r"], does: "Inboxes and tags", group: "Go", run: toRail },
  { keys: ["e"], does: "Explain SMTP line by line", group: "View", run: () => prefer({ words: !prefs.peek().words }) },
  { keys: ["Ctrl+k"], does: "Find anything", group: "Go", run: () => (panel.value = panel.peek() === "palette" ? "" : "palette"), always: true },
  { keys: ["?"], does: "This help", group: "View", run: () => (panel.value = panel.peek() === "help" ? "" : "help") },
  { keys: [","], does: "Settings", group: "View", run: () => (panel.value = "settings") },
  { keys: ["Escape"], does: "Close, unselect, go back", group: "Move", run: back, always: true },
];

/** @type {Map<string, Key>} */
const TABLE = new Map(KEYS.flatMap((key) => key.keys.map((one) => [one, key])));
const FIRSTS = new Set([...TABLE.keys()].filter((one) => one.length > 1 && one.includes(" ")).map((one) => one[0]));
const OWN_KEYS = new Set(["Enter", " ", "ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp", "Shift+ArrowDown", "Shift+ArrowUp"]);

/** @param {KeyboardEvent} event @returns {string} as the table writes it */
export function nameOf(event) {
  const shift = event.shiftKey && (event.key.length > 1 || /[A-Z]/.test(event.key));
  const letter = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shift ? "Shift+" : ""}${letter}`;
}

/** @param {HTMLElement} target @param {string} name @returns {boolean} whether the element with the focus needs this key itself */
function taken(target, name) {
  if (name !== "Escape" && TABLE.get(name)?.always) return false;
  if (target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return name !== "Escape";
  if (name === "Escape") return document.querySelector(":popover-open") !== null;
  if (name.startsWith("Ctrl+") && target.closest(".reader, .rail")) return true;
  if (target.closest("dialog, [popover]")) return name !== "?";
  return OWN_KEYS.has(name) && !target.closest("#list") && target !== document.body;
}

let first = "";
let forget = 0;

/** @param {KeyboardEvent} event */
export function handle(event) {
  if (event.defaultPrevented || event.altKey || event.isComposing || !(event.target instanceof HTMLElement)) return;
  const name = nameOf(event);
  if (taken(event.target, name)) return;
  const single = name.length === 1 || /^Shift\+.$/.test(name);
  if (single && name !== " " && !prefs.peek().singleKeys) return;
  const key = TABLE.get(first ? `${first} ${name}` : name);
  clearTimeout(forget);
  const begins = !first && !key && FIRSTS.has(name);
  first = begins ? name : "";
  if (begins) forget = setTimeout(() => (first = ""), 1200);
  if (!key) return;
  event.preventDefault();
  key.run();
}

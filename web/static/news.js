/**
 * What the rail and the toolbar count, and what is said to who cannot see the list.
 *
 * @import { Listing, LiveEvent, Summary } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { told } from "./notify.js";
import { batch } from "./vendor/preact.js";
import { ended, inboxes, info, route, scopeUnread, searchError, spoken, tags, totals, warnings } from "./store.js";

/** Take the numbers of a page. @param {Listing} page */
export function counts(page) {
  warnings.value = page.warnings ?? [];
  searchError.value = "";
  scopeUnread.value = page.messages_unread;
  totals.value = route.peek().inbox ? totals.value : { total: page.total, unread: page.unread };
}

let railing = 0;
/** Counts of inboxes and tags, at most once in 400 ms. */
export function rail() {
  if (railing) return;
  railing = setTimeout(async () => {
    railing = 0;
    const answers = await Promise.all([api.inboxes(), api.info()]).catch(() => null);
    if (!answers) return;
    batch(() => {
      [inboxes.value, info.value] = answers;
      tags.value = answers[1].Tags ?? {};
      totals.value = { total: answers[1].Messages, unread: answers[1].Unread };
    });
  }, 400);
}

/** What the events of a frame say beside what the list learns of them. @param {LiveEvent[]} events */
export function learn(events) {
  const came = events.filter((event) => event.type === "new");
  if (events.some((event) => event.type !== "sessions")) rail();
  if (events.some((event) => event.type === "sessions")) ended.value += 1;
  const last = came.at(-1);
  if (last) announce(came.length, last.message);
}

let spoke = 0;
let unspoken = 0;
/** @type {Summary} */
let newest;
/** @param {number} came say it, at most every 5 s @param {Summary} message the newest */
function announce(came, message) {
  newest = message;
  unspoken += came;
  if (spoke) return;
  spoken.value = `${unspoken} new ${unspoken === 1 ? "message" : "messages"}`;
  told(spoken.value, newest);
  unspoken = 0;
  spoke = setTimeout(() => {
    spoke = 0;
    if (unspoken) announce(0, newest);
  }, 5000);
}

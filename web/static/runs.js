/**
 * Test runs: inboxes whose names have the same beginning up to their first dot (`run-3f2c1a.test-signup-…`), as the
 * pytest plugin names them in a catcher that runs elsewhere, and as anybody may.
 *
 * @import { Inbox } from "../types/wire.d.ts"
 */
import { computed } from "./vendor/preact.js";
import { inboxes } from "./store.js";

/** @param {string} inbox @returns {string} the run that it may be of; "" for none, and for what looks like an address */
const runOf = (inbox) => /^([\w-]+)\.[^@]*$/.exec(inbox)?.[1] ?? "";

/** @typedef {{ run: string, of: Inbox[], total: number, unread: number }} Run */

/** Those of two inboxes and more, by name. */
export const runs = computed(() => {
  /** @type {Map<string, Run>} */
  const found = new Map();
  for (const inbox of inboxes.value) {
    const run = runOf(inbox.Name);
    if (!run) continue;
    const one = found.get(run) ?? { run, of: [], total: 0, unread: 0 };
    one.of.push(inbox);
    one.total += inbox.Total;
    one.unread += inbox.Unread;
    found.set(run, one);
  }
  return new Map([...found].filter(([, { of }]) => of.length > 1));
});

/** @param {string} inbox @returns {Run | undefined} */
export const runAround = (inbox) => runs.value.get(runOf(inbox));

/** Where all mail of a run is. @param {string} run */
export const runPlace = (run) => ({ inbox: "", id: "", q: `inbox:/^${run}\\./`, sort: /** @type {const} */ ("inbox") });

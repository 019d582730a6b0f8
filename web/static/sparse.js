/**
 * The list as far as it is known: which message stands at which place, without ever loading all.
 *
 * 1. `ids` runs from the oldest to the newest, so that a new message is a push and moves nothing.
 *    The place counted from the newest, as the server counts it, is `index`: 0 is the newest.
 * 2. null is a place that has not been fetched. Summaries are kept apart, the most recently seen ones only.
 * 3. A page is placed by the count that came with it. It is refused if something was removed since it was asked for,
 *    because then its places may be wrong: its ticket tells. It may know newer messages than we do: they get empty
 *    places (`ahead`), which the next pushes fill.
 *
 * @import { Listing, Summary } from "../types/wire.d.ts"
 */
const KEPT = 4000;

export class Sparse {
  constructor() {
    /** @type {(string | null)[]} */
    this.ids = [];
    /** @type {Map<string, Summary>} */
    this.summaries = new Map();
    this.epoch = 0;
    this.ahead = 0;
  }

  /** To be taken when a page is asked for, and given with it. */
  ticket() {
    return { epoch: this.epoch, total: this.ids.length };
  }

  get total() {
    return this.ids.length;
  }

  /** @param {number} index @returns {Summary | null} */
  at(index) {
    const id = this.ids[this.ids.length - 1 - index];
    return (id && this.summaries.get(id)) || null;
  }

  /** @param {string} id @returns {number} the index, -1 if its place is unknown */
  indexOf(id) {
    const place = this.ids.lastIndexOf(id);
    return place < 0 ? -1 : this.ids.length - 1 - place;
  }

  /** Begin anew with nothing. */
  clear() {
    this.epoch += 1;
    this.ahead = 0;
    this.ids = [];
  }

  /** Begin anew with a first page. @param {Listing} page */
  reset(page) {
    this.epoch += 1;
    this.ahead = 0;
    this.ids = new Array(page.messages_count).fill(null);
    this.place(page, this.ticket());
  }

  /**
   * @param {Listing} page
   * @param {{ epoch: number, total: number }} ticket
   * @returns {boolean} false: it no longer fits, begin anew
   */
  place(page, ticket) {
    if (ticket.epoch !== this.epoch || page.messages_count < ticket.total) return false;
    while (this.ids.length < page.messages_count) {
      this.ids.push(null);
      this.ahead += 1;
    }
    page.messages.forEach((summary, offset) => {
      const place = page.messages_count - 1 - page.start - offset;
      if (place < 0) return;
      this.ids[place] = summary.ID;
      this.keep(summary);
    });
    return true;
  }

  /** @param {Summary} summary */
  keep(summary) {
    this.summaries.delete(summary.ID);
    this.summaries.set(summary.ID, summary);
    if (this.summaries.size > KEPT) {
      const oldest = this.summaries.keys().next().value;
      if (oldest !== undefined) this.summaries.delete(oldest);
    }
  }

  /** @param {Summary} summary @returns {boolean} false: it was there already */
  push(summary) {
    const known = this.summaries.has(summary.ID) && this.ids.includes(summary.ID);
    if (!known && this.ahead) this.ids[this.ids.length - this.ahead] = summary.ID;
    else if (!known) this.ids.push(summary.ID);
    this.ahead = Math.max(0, this.ahead - 1);
    this.keep(summary);
    if (known) return false;
    return true;
  }

  /** Change what is known of a message. @param {string} id @param {Partial<Summary>} change @returns {Summary | null} as it was */
  change(id, change) {
    const summary = this.summaries.get(id);
    if (!summary) return null;
    this.summaries.set(id, { ...summary, ...change });
    return summary;
  }

  /**
   * @param {Iterable<string>} ids
   * @returns {{ removed: [place: number, id: string][], unknown: number }} for `insert`; how many have no known place
   */
  remove(ids) {
    const wanted = new Set(ids);
    const asked = wanted.size;
    /** @type {[number, string][]} */
    const removed = [];
    this.ids = this.ids.filter((id, place) => {
      if (id === null || !wanted.has(id)) return true;
      removed.push([place, id]);
      return false;
    });
    if (removed.length) this.epoch += 1;
    return { removed, unknown: asked - removed.length };
  }

  /** Take the oldest away, whether we know them or not. @param {string[]} ids @returns {string[]} those that are not the oldest here */
  evict(ids) {
    return ids.filter((id) => {
      if (!this.ids.length || (this.ids[0] !== id && this.ids[0] !== null)) return true;
      this.ids.shift();
      return false;
    });
  }

  /** Put back what `remove` took. @param {[place: number, id: string][]} removed */
  insert(removed) {
    const there = new Set(this.ids);
    for (const [place, id] of removed) if (!there.has(id)) this.ids.splice(place, 0, id);
    this.epoch += 1;
  }

  /** What has to be fetched so that the rows from `first` to `last` are known. @param {number} first @param {number} last */
  missing(first, last) {
    let from = -1;
    let to = -1;
    for (let index = Math.max(0, first); index <= Math.min(last, this.ids.length - 1); index += 1) {
      if (this.at(index)) continue;
      if (from < 0) from = index;
      to = index;
    }
    return from < 0 ? null : { start: from, count: to - from + 1 };
  }
}

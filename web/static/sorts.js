/**
 * The orders that a list can be in.
 *
 * @import { Sort } from "./store.js"
 */

/** @type {[name: Sort, label: string][]} */
export const SORTS = [
  ["", "Newest first"],
  ["oldest", "Oldest first"],
  ["sender", "By sender"],
  ["subject", "By subject"],
  ["inbox", "By inbox"],
  ["largest", "Largest first"],
  ["smallest", "Smallest first"],
];

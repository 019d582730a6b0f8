/** How many changes are on their way to the server: as long as there are any, its counts are not ours. */
let count = 0;

export const pending = () => count > 0;

/** @template T @param {Promise<T>} change @returns {Promise<T>} the same, counted */
export function track(change) {
  count += 1;
  return change.finally(() => (count -= 1));
}

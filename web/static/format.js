/**
 * Values as people read them.
 *
 * @import { Address } from "../types/wire.d.ts"
 */
const absolute = new Intl.DateTimeFormat(undefined, {
  weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const numbers = new Intl.NumberFormat();

/** @param {number} number */
export const count = (number) => numbers.format(number);

/** @param {string} iso @returns {string} the whole date, with its zone */
export const whole = (iso) => (iso ? absolute.format(new Date(iso)) : "");

/** How long ago, as short as a list row needs it. @param {string} iso @param {number} now */
export function ago(iso, now) {
  const then = new Date(iso);
  const seconds = (now - then.getTime()) / 1000;
  if (seconds < 45) return "now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 86_400) return new Date(now).getDate() === then.getDate() ? clock.format(then) : weekday.format(then);
  if (seconds < 6 * 86_400) return weekday.format(then);
  return then.getFullYear() === new Date(now).getFullYear() ? day.format(then) : date.format(then);
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1000)));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${["B", "kB", "MB", "GB"][power]}`;
}

/** @param {number} ms since a session began */
export const elapsed = (ms) => (ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`);

/**
 * A text of a mail as it may stand among our own: what would turn the order of the letters around is shown instead of
 * done, since a sender can otherwise make a name or a file's ending look like another (Unicode TR 36 section 2.5).
 *
 * @param {string | undefined} text
 */
export const inert = (text) => (text ?? "").replace(/[\u202a-\u202e\u2066-\u2069]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

/** @param {Address | null | undefined} address */
export const brief = (address) => inert(address?.Name || address?.Address);

/** @param {Address} address */
export const full = ({ Name, Address }) => inert(Name ? `${Name} <${Address}>` : Address);

/** @param {Address[] | null | undefined} addresses to whom, in a row: the first, and how many more */
export function recipients(addresses) {
  if (!addresses?.length) return "";
  const first = inert(addresses[0].Address);
  return addresses.length > 1 ? `${first} +${addresses.length - 1}` : first;
}

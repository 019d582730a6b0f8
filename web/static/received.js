/**
 * The way of a mail as its Received fields tell it (RFC 5321 section 4.4). Each server puts its own on top, so the
 * first hop is the last field. What cannot be read is shown as it was written.
 *
 * @import { Message } from "../types/wire.d.ts"
 *
 * @typedef {{ from: string, by: string, with: string, for: string, id: string, via: string, at: number, delay: number, text: string }} Hop
 *   `at`: ms since the epoch, NaN if it says no time; `delay`: ms since the last hop that told its time, NaN if there is none
 */
const MOST = 200; // hops
const LONGEST = 4000; // characters of a field that are read
const CLAUSES = new Set(["from", "by", "via", "with", "id", "for"]);

/** @param {string} text @returns {string[]} words and whole comments, in order */
function tokens(text) {
  const found = [];
  let depth = 0;
  let token = "";
  for (const letter of text) {
    if (letter === "(") depth += 1;
    if (depth === 0 && /\s/.test(letter)) {
      if (token) found.push(token);
      token = "";
    } else token += letter;
    if (letter === ")" && depth > 0) depth -= 1;
  }
  return token ? [...found, token] : found;
}

/** @param {string} value @returns {Hop} */
function hop(value) {
  const text = value.slice(0, LONGEST);
  const end = text.lastIndexOf(";");
  /** @type {Hop} */
  const read = { from: "", by: "", with: "", for: "", id: "", via: "", at: NaN, delay: NaN, text };
  const date = tokens(text.slice(end + 1)).filter((token) => !token.startsWith("("));
  if (end >= 0) read.at = Date.parse(date.join(" "));
  let clause = "";
  for (const token of tokens(end < 0 ? text : text.slice(0, end))) {
    const name = token.toLowerCase();
    if (CLAUSES.has(name) && !read[/** @type {"from"} */ (name)]) clause = name;
    else if (clause) read[/** @type {"from"} */ (clause)] = `${read[/** @type {"from"} */ (clause)]} ${token}`.trim();
  }
  return read;
}

/** The hops in the order travelled; that to this catcher comes last. @param {Message} message @returns {Hop[]} */
export function hops({ Parts, Envelope, Created }) {
  const fields = Parts.Headers.filter(({ Name }) => Name.toLowerCase() === "received").slice(0, MOST);
  if (!fields.length) return [];
  const found = fields.map(({ Value }) => hop(Value)).reverse();
  const { Helo, Peer, Protocol, To } = Envelope;
  found.push({
    from: [Helo, Peer && `(${Peer})`].filter(Boolean).join(" "), by: "this catcher", with: Protocol, id: "", via: "", text: "", delay: NaN,
    for: To.length > 1 ? `${To.length} recipients` : (To[0]?.Address ?? ""), at: Date.parse(Created),
  });
  let before = NaN;
  for (const one of found) {
    one.delay = one.at - before;
    if (!Number.isNaN(one.at)) before = one.at;
  }
  return found;
}

/** @param {number} ms @returns {string} as short as it is clear */
export function lasted(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [size, unit] = [[86_400, "d"], [3600, "h"], [60, "min"]].find(([least]) => seconds >= Number(least)) ?? [1, "s"];
  const whole = Math.floor(seconds / Number(size));
  const rest = { d: ["h", 3600], h: ["min", 60], min: ["s", 1], s: ["", 1] }[/** @type {"s"} */ (unit)];
  const more = rest[0] ? Math.floor((seconds % Number(size)) / Number(rest[1])) : 0;
  return `${ms < 0 ? "−" : ""}${whole} ${unit}${more ? ` ${more} ${rest[0]}` : ""}`;
}

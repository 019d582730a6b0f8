/**
 * What a calendar part says (iCalendar, RFC 5545; iTIP, RFC 5546), as far as a card shows it. It is a stranger's text:
 * what cannot be read is left out or told, and nothing of it is longer than it needs to be.
 *
 * @typedef {{ value: string, params: Record<string, string> }} Property
 * @typedef {{ title: string, start: string, end: string, repeats: string, place: string, text: string, organizer: string,
 *   guests: string[], more: number, status: string, problems: string[] }} Occasion
 */
const LONGEST = 200_000; // characters that are read
const MOST = 5; // events
const GUESTS = 20;

const KINDS = { REQUEST: "Invitation", CANCEL: "Cancellation", REPLY: "Reply to an invitation", PUBLISH: "Event", COUNTER: "Counter-proposal" };

/** @param {string} text */
const plain = (text) => text.replace(/\\([nN,;\\])/g, (_, one) => (/n/i.test(one) ? "\n" : one)).slice(0, 1000);

/** @param {string} line @returns {[name: string, property: Property] | null} */
function property(line) {
  const match = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/s.exec(line);
  if (!match) return null;
  const params = Object.fromEntries([...match[2].matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^;]*)/g)].map(([, name, value]) => [name.toUpperCase(), value.replaceAll('"', "")]));
  return [match[1].toUpperCase(), { value: match[3], params }];
}

/** @param {Property | undefined} at @returns {string} UTC in the reader's zone, else as written with its zone; "" for none */
function moment(at) {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?$/.exec(at?.value.trim() ?? "");
  if (!match) return at ? at.value.slice(0, 100) : "";
  const [, year, month, day, hour, minute, , utc] = match;
  const date = new Date(Date.UTC(+year, +month - 1, +day, +(hour ?? 0), +(minute ?? 0)));
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { weekday: "short", day: "numeric", month: "short", year: "numeric", ...(hour && { hour: "2-digit", minute: "2-digit" }) };
  if (utc) return date.toLocaleString(undefined, { ...options, timeZoneName: "short" });
  return `${date.toLocaleString(undefined, { ...options, timeZone: "UTC" })}${hour ? ` (${at?.params.TZID?.slice(0, 80) ?? "local time of whoever reads it"})` : ""}`;
}

/** @param {Property} person */
function who({ value, params }) {
  const address = value.replace(/^mailto:/i, "");
  const state = { ACCEPTED: "accepted", DECLINED: "declined", TENTATIVE: "tentative" }[params.PARTSTAT?.toUpperCase() ?? ""];
  return `${params.CN ? `${params.CN} <${address}>` : address}${state ? `, ${state}` : ""}`.slice(0, 300);
}

/** @param {Map<string, Property[]>} event @param {string} method @returns {Occasion} */
function occasion(event, method) {
  const one = (/** @type {string} */ name) => event.get(name)?.[0];
  const text = (/** @type {string} */ name) => plain(one(name)?.value ?? "");
  const guests = event.get("ATTENDEE") ?? [];
  const needed = ["UID", "DTSTAMP", "DTSTART", ...(method && method !== "PUBLISH" ? ["ORGANIZER"] : []), ...(method === "REQUEST" ? ["ATTENDEE", "SUMMARY"] : [])];
  return {
    title: text("SUMMARY") || "(no title)", start: moment(one("DTSTART")), end: moment(one("DTEND")) || text("DURATION"), repeats: text("RRULE"),
    place: text("LOCATION"), text: text("DESCRIPTION"), organizer: event.has("ORGANIZER") ? who(/** @type {Property} */ (one("ORGANIZER"))) : "",
    guests: guests.slice(0, GUESTS).map(who), more: Math.max(0, guests.length - GUESTS), status: text("STATUS"),
    problems: needed.filter((name) => !one(name)).map((name) => `no ${name}`),
  };
}

/** @param {string} source @returns {{ kind: string, occasions: Occasion[] }} */
export function read(source) {
  const lines = source.slice(0, LONGEST).replace(/\r?\n[ \t]/g, "").split(/\r?\n|\r/);
  /** @type {Map<string, Property[]>[]} */
  const events = [];
  /** @type {string[]} */
  const open = [];
  let method = "";
  for (const line of lines) {
    const [name, found] = property(line) ?? ["", null];
    if (!found) continue;
    if (name === "BEGIN") open.push(found.value.trim().toUpperCase());
    else if (name === "END") open.pop();
    else if (name === "METHOD" && open.at(-1) === "VCALENDAR") method = found.value.trim().toUpperCase();
    else if (open.at(-1) === "VEVENT") events.at(-1)?.set(name, [...(events.at(-1)?.get(name) ?? []), found]);
    if (name === "BEGIN" && open.at(-1) === "VEVENT") events.push(new Map());
  }
  return { kind: KINDS[/** @type {"REQUEST"} */ (method)] ?? "Calendar", occasions: events.slice(0, MOST).map((event) => occasion(event, method)) };
}

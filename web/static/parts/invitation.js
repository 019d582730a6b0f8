/** @import { Message } from "../../types/wire.d.ts" */
/** @import { Occasion } from "../calendar.js" */
import { html, useEffect, useSignal } from "../vendor/preact.js";
import { content } from "../api.js";
import { read } from "../calendar.js";
import { inert } from "../format.js";
import { own } from "../inside.js";
import { Icon } from "./icon.js";

/** @param {{ kind: string, occasion: Occasion }} props */
function Card({ kind, occasion }) {
  const { title, start, end, repeats, place, text, organizer, guests, more, status, problems } = occasion;
  const facts = [["When", [start, end].filter(Boolean).join(" – ")], ["Repeats", repeats], ["Where", place], ["Organizer", organizer], ["Guests", guests.join("; ") + (more ? ` and ${more} more` : "")], ["Status", status], ["Text", text]];
  return html`<section class="card" aria-label=${`${kind}: ${inert(title)}`}><p class="card-title"><${Icon} name="calendar" /><span class="quiet">${kind}</span> <strong>${inert(title)}</strong></p>
    <dl>${facts.filter(([, value]) => value).map(([name, value]) => html`<div class="fact" key=${name}><dt>${name}</dt><dd>${inert(value)}</dd></div>`)}</dl>
    ${problems.length > 0 && html`<p class="defect"><${Icon} name="warn" />The event has ${problems.join(", ")}</p>`}</section>`;
}

/** The first calendar part of a message as a card. @param {{ message: Message }} props */
export function Invitation({ message }) {
  const calendar = own(message.Parts).find(({ ContentType }) => ContentType === "text/calendar" || ContentType === "application/ics");
  const found = useSignal(/** @type {ReturnType<typeof read>} */ ({ kind: "", occasions: [] }));
  useEffect(() => {
    let here = true;
    if (calendar) void content(message.ID, calendar.PartID).then((text) => here && (found.value = read(text)), () => {}); // the part is in its tab all the same
    return () => void (here = false);
  }, []);
  return html`${found.value.occasions.map((occasion, at) => html`<${Card} key=${at} kind=${found.value.kind} occasion=${occasion} />`)}`;
}

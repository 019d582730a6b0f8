/** @import { Address, Message, Summary } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { full, inert, size, whole } from "../format.js";
import { nested } from "../inside.js";
import { go, write } from "../router.js";
import { current, opened, route } from "../store.js";
import { Copy } from "./copy.js";
import { Icon } from "./icon.js";
import { Invitation } from "./invitation.js";
import { Related } from "./related.js";
import { Tags } from "./tags.js";

/** @param {{ name: string, list: Address[] | null | undefined }} props */
function Addresses({ name, list }) {
  if (!list?.length) return null;
  return html`<div class="fact"><dt>${name}</dt><dd>${list.map((address, at) => html`<span class="address" key=${at} title=${full(address)}>
    ${address.Name && html`<span>${inert(address.Name)} </span>`}<span class=${address.Name ? "quiet" : ""}>${inert(address.Address)}</span>${at < list.length - 1 ? ", " : ""}</span>`)}</dd></div>`;
}

/** @param {string} one @param {string} other @returns {boolean} whether two times are more than a minute apart */
const apart = (one, other) => Math.abs(Date.parse(one) - Date.parse(other)) > 60_000;

/** @param {{ message: Message }} props */
function Defects({ message }) {
  if (!message.Defects.length) return null;
  const open = () => go({ tab: "tree" }, { replace: true });
  return html`<button type="button" class="defects" onClick=${open}><${Icon} name="warn" />
    <span>${message.Defects.length === 1 ? "1 defect: " : `${message.Defects.length} defects: `}${message.Defects[0]}</span></button>`;
}

/** The head of an open message: at once from the row, completed when the message has come. */
export function Facts() {
  const { message } = opened.value;
  /** @type {Summary | Message | null} */
  const known = message ?? current.value;
  if (!known) return html`<header class="facts"><h1 class="message-title" tabindex="-1">Message</h1></header>`;
  const reply = known.ReplyTo?.filter(({ Address }) => Address !== known.From?.Address);
  /** @param {MouseEvent} event */
  const follow = (event) => {
    event.preventDefault();
    go({ inbox: known.Inbox, q: "" });
  };
  return html`<header class="facts">
    <h1 class="message-title" tabindex="-1">${inert(known.Subject) || "(no subject)"}</h1>
    <dl>
      <${Addresses} name="From" list=${known.From ? [known.From] : []} />
      <${Addresses} name="To" list=${known.To} />
      <${Addresses} name="Cc" list=${known.Cc} />
      <${Addresses} name="Bcc" list=${known.Bcc} />
      <${Addresses} name="Reply-To" list=${reply} />
      <div class="fact"><dt>Came</dt><dd>${whole(known.Created)}<span class="quiet"> · ${size(known.Size)}</span><span class="quiet"> · inbox </span><a href=${write({ ...route.value, inbox: known.Inbox, q: "" })} onClick=${follow}>${known.Inbox}</a></dd></div>
      ${message && apart(message.Date, message.Created) && html`<div class="fact"><dt>Date</dt><dd>${whole(message.Date)} <span class="quiet">says the header</span></dd></div>`}
      ${message && message.Codes.length > 0 && html`<div class="fact"><dt>${message.Codes.length > 1 ? "Codes" : "Code"}</dt><dd class="codes">${message.Codes.slice(0, 20).map((code, at) => html`<span
        class="one-time" key=${code}><code>${code}</code><${Copy} text=${code} label=${`Copy code ${code}${at ? "" : " (c)"}`} /></span>`)}</dd></div>`}
      ${message && html`<${Related} message=${message} />`}
      ${!nested(route.value.id) && html`<div class="fact"><dt>Tags</dt><dd><${Tags} id=${route.value.id} tags=${known.Tags} /></dd></div>`}
    </dl>
    ${message && html`<${Invitation} key=${message.ID} message=${message} />`}
    ${message && html`<${Defects} message=${message} />`}
  </header>`;
}

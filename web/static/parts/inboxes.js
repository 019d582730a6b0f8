/** @import { Inbox, MadeInbox } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { count } from "../format.js";
import { addressOf, make, removeInbox } from "../inboxes.js";
import { go, write } from "../router.js";
import { inboxes, made, panel, route } from "../store.js";
import { Button } from "./button.js";
import { Copy } from "./copy.js";
import { Dialog } from "./dialog.js";

/** @param {{ name: string, value: string }} props */
const Given = ({ name, value }) => html`<div><dt>${name}</dt><dd><code>${value}</code><${Copy} text=${value} label=${`Copy ${name}`} /></dd></div>`;

/** What to set in an app and in a test, once an inbox is made. @param {{ inbox: MadeInbox }} props */
function Made({ inbox: { Name, Address, BaseURL, SMTP } }) {
  const all = `SMTP_HOST=${SMTP.Host}\nSMTP_PORT=${SMTP.Port}\nSMTP_USER=${SMTP.Username}\nSMTP_PASSWORD=${SMTP.Password}`;
  return html`<section class="made" aria-label=${`Inbox ${Name}`}>
    <h3>${Name} is ready</h3>
    <p class="quiet">Log in with these, or send to the address, which needs no login. The password is shown only now.</p>
    <dl class="given">
      <${Given} name="Address" value=${Address} />
      <${Given} name="SMTP host" value=${`${SMTP.Host}:${SMTP.Port}`} />
      <${Given} name="User name" value=${SMTP.Username} />
      <${Given} name="Password" value=${SMTP.Password} />
      <${Given} name="Base URL" value=${BaseURL} />
    </dl>
    <div class="dialog-end"><${Copy} text=${all} label="Copy as variables" named />
      <${Button} icon="inbox" label="Open it" text class="outlined" onClick=${() => show(Name)} /></div></section>`;
}

/** @param {string} name */
function show(name) {
  panel.value = "";
  go({ view: "mail", inbox: name, id: "", q: "" });
}

/** @param {{ inbox: Inbox }} props */
function Row({ inbox: { Name, Total, Unread, Address } }) {
  const to = { ...route.value, view: /** @type {const} */ ("mail"), inbox: Name, id: "", q: "" };
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(Name);
  };
  return html`<li class="found">
    <div class="found-text"><p class="found-name"><a href=${write(to)} onClick=${follow}>${Name}</a></p>
      <p class="quiet">${count(Total)} ${Total === 1 ? "message" : "messages"}${Unread ? `, ${count(Unread)} unread` : ""}${Address ? ` · ${Address}` : ""}</p></div>
    ${Address && html`<${Copy} text=${Address} label=${`Copy the address of ${Name}`} />`}
    <${Button} icon="link" label=${`Copy the base URL of ${Name}`} onClick=${() => void addressOf(Name)} />
    <${Button} icon="trash" label=${`Delete the inbox ${Name}`} onClick=${() => void removeInbox(Name)} /></li>`;
}

/** Make an inbox, look after those there are. */
export function Inboxes() {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"));
    void make(field.value.trim()).then((done) => done && form.reset());
  };
  return html`<${Dialog} name="inboxes" title="Inboxes">
    <form class="make" onSubmit=${submit}>
      <input class="filter" name="name" placeholder="Name, or empty for a fresh one" aria-label="Name of the new inbox" autocomplete="off" maxlength="100" autofocus />
      <button type="submit" class="button with-text outlined">Make an inbox</button></form>
    ${made.value && html`<${Made} inbox=${made.value} />`}
    <ul class="inbox-list">${inboxes.value.map((inbox) => html`<${Row} key=${inbox.Name} inbox=${inbox} />`)}</ul>
    ${!inboxes.value.length && html`<p class="quiet">None yet. One appears by itself with the first mail that a user name or an X-Inbox header brings.</p>`}
  <//>`;
}

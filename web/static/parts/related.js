/** @import { Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { ago, brief, inert } from "../format.js";
import { around, inside, nested } from "../inside.js";
import { go, write } from "../router.js";
import { now, route, thread } from "../store.js";
import { runAround, runPlace } from "../runs.js";
import { threadQuery } from "../thread.js";

const SHOWN = 6;

/** @param {{ id: string, text: string }} props */
function To({ id, text }) {
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    acts.open(id);
  };
  return html`<a href=${write({ ...route.value, id, other: "", tab: "" })} onClick=${follow}>${inert(text)}</a>`;
}

/** @param {{ message: Message }} props */
function Thread({ message }) {
  const { id, messages } = thread.value;
  if (id !== message.ID || messages.length < 2) return null;
  const here = messages.findIndex(({ ID }) => ID === message.ID);
  const from = Math.max(0, Math.min(here - SHOWN / 2, messages.length - SHOWN));
  return html`<div class="fact"><dt>Thread</dt><dd><ol class="thread" aria-label="Thread">${messages.slice(from, from + SHOWN).map(({ ID, Subject, From, Created }) => html`<li key=${ID}
      aria-current=${ID === message.ID ? "true" : undefined}>${ID === message.ID ? html`<strong>this one</strong>` : html`<${To} id=${ID} text=${Subject || "(no subject)"} />`}<span class="quiet"> · ${brief(From)} · ${ago(Created, now.value)}</span></li>`)}</ol>
    ${messages.length > SHOWN && html`<button type="button" class="link-button" onClick=${() => go({ view: "mail", inbox: message.Inbox, q: threadQuery(message) })}>All ${messages.length}</button>`}</dd></div>`;
}

/** @param {{ inbox: string }} props */
function TestRun({ inbox }) {
  const found = runAround(inbox);
  return found && html`<div class="fact"><dt>Test run</dt><dd><button type="button" class="link-button" onClick=${() => go({ view: "mail", ...runPlace(found.run) })}>${found.run}</button>
    <span class="quiet"> · ${found.total} messages in ${found.of.length} inboxes</span></dd></div>`;
}

/** What else there is to a message: those inside it, the one around it, its thread. @param {{ message: Message }} props */
export function Related({ message }) {
  const found = inside(message);
  return html`${nested(message.ID) && html`<div class="fact"><dt>Within</dt><dd><${To} id=${around(message.ID)} text="the message around it" /></dd></div>`}
    ${found.length > 0 && html`<div class="fact"><dt>Inside</dt><dd>${found.map(({ id, subject }, at) => html`${at > 0 && ", "}<${To} key=${id} id=${id} text=${subject} />`)}</dd></div>`}
    <${Thread} message=${message} /><${TestRun} inbox=${message.Inbox} />`;
}

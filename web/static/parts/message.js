import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { remove } from "../deleting.js";
import { part } from "../api.js";
import { nested } from "../inside.js";
import { current, held, loaded, opened, panel, remoteFor, route, shown } from "../store.js";
import { attached, shownTab, TABS } from "../tabs.js";
import { Button } from "./button.js";
import { Copy } from "./copy.js";
import { Facts } from "./facts.js";
import { Icon } from "./icon.js";
import { Start } from "./start.js";
import { TabList } from "./tab-list.js";
import { Attachments } from "./tab-attachments.js";
import { Envelope } from "./tab-envelope.js";
import { Headers } from "./tab-headers.js";
import { Preview } from "./tab-html.js";
import { Links } from "./tab-links.js";
import { Raw } from "./tab-raw.js";
import { Conversation } from "./tab-session.js";
import { Source } from "./tab-source.js";
import { Text } from "./tab-text.js";
import { Tree } from "./tab-tree.js";

const PANELS = {
  html: Preview, text: Text, source: Source, headers: Headers, tree: Tree, raw: Raw, attachments: Attachments,
  envelope: Envelope, session: Conversation, links: Links,
};

/** @param {{ title: string, children?: unknown }} props */
function Note({ title, children }) {
  return html`<div class="nothing"><p class="nothing-title">${title}</p>${children}</div>`;
}

function Without() {
  return html`<${Note} title="None of its own"><p>A message inside another came with that one.</p><//>`;
}

function Actions() {
  const { id } = route.value;
  const whole = !nested(id); // what is done to a message is done to all of it
  const unread = current.value?.Read === false;
  return html`<div class="message-actions">
    <${Button} icon="back" label="Back to the list" keys="u" class="back" onClick=${acts.close} />
    <span class="spring"></span>
    ${whole && html`<${Button} icon=${unread ? "open" : "dot"} label=${unread ? "Mark read" : "Mark unread"} keys="r" onClick=${() => acts.toggleRead([id])} />`}
    <a class="button" href=${part(id, "/raw?dl=1")} download=${`${id.replaceAll("~", "-")}.eml`} aria-label="Download .eml" title="Download .eml"><${Icon} name="download" /></a>
    <${Copy} label="Copy link" text=${() => location.href} />
    ${whole && html`<${Button} icon="bounce" label="Report a bounce" keys="b" onClick=${() => (panel.value = "bounce")} />
    <${Button} icon="trash" label="Delete" keys="#" onClick=${() => remove([id])} />`}
  </div>`;
}

function Body() {
  const { state, message, error } = opened.value;
  if (state === "gone") return html`<${Note} title="This message is gone"><p>It was deleted, or made room for newer ones.</p><//>`;
  if (state === "failed") return html`<${Note} title="This message cannot be shown"><p>${error}</p><//>`;
  const tab = shownTab(message, route.value.tab);
  const Panel = message && nested(message.ID) && (tab === "envelope" || tab === "session") ? Without : PANELS[tab];
  const label = TABS.find(({ name }) => name === tab)?.label;
  return html`
    <${TabList} shown=${tab} files=${message ? attached(message) : 0} defects=${message?.Defects.length ?? 0} links=${message?.Links.length ?? 0} />
    <div id="panel" class=${`panel panel-${tab}`} role="tabpanel" tabindex="0" aria-label=${label} key=${route.value.id}>
      ${message ? html`<${Panel} message=${message} remote=${remoteFor.value === message.ID} />` : html`<p class="loading">Loading</p>`}
    </div>`;
}

/** The third pane: the message that is open, or what to do when there is none. */
export function Message() {
  if (!route.value.id) {
    return html`<section class="reader" aria-label="Message">${loaded.value && !shown.value && !held.value && !route.value.q
      ? html`<${Start} />`
      : html`<${Note} title="No message is open"><p><kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>?</kbd> shows every key.</p><//>`}</section>`;
  }
  return html`<article class="reader" aria-label="Message" key=${route.value.id}>
    <${Actions} />
    ${opened.value.state !== "gone" && html`<${Facts} />`}
    <${Body} />
  </article>`;
}

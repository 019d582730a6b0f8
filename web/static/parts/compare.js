/** @import { Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { part } from "../api.js";
import { brief, inert, whole } from "../format.js";
import { write } from "../router.js";
import { compared, prefs, route } from "../store.js";
import { Button } from "./button.js";
import { Diff } from "./diff.js";
import { Frame } from "./frame.js";

/** @type {{ name: "headers" | "text" | "source" | "html", label: string }[]} */
const TABS = [
  { name: "headers", label: "Headers" }, { name: "text", label: "Text" }, { name: "source", label: "HTML source" }, { name: "html", label: "Renderings" },
];

/** @param {{ message: Message, side: string }} props */
function Side({ message, side }) {
  const { ID, Subject, From, Created } = message;
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    acts.open(ID);
  };
  return html`<div class="side"><p class="quiet">${side}</p><p><a href=${write({ ...route.value, id: ID, other: "", tab: "" })} onClick=${follow}><strong>${inert(Subject) || "(no subject)"}</strong></a></p>
    <p class="quiet">${brief(From)} · ${whole(Created)}</p></div>`;
}

/** @param {Message} message */
const headers = ({ Parts }) => Parts.Headers.map(({ Name, Value }) => `${Name}: ${Value}`).join("\n");

/** @param {{ messages: Message[], tab: typeof TABS[number]["name"] }} props */
function Panel({ messages: [left, right], tab }) {
  if (tab === "headers") return html`<${Diff} left=${headers(left)} right=${headers(right)} name="Header fields" />`;
  if (tab === "text") return html`<${Diff} left=${left.Text} right=${right.Text} name="Text" />`;
  if (tab === "source") return html`<${Diff} left=${left.HTML} right=${right.HTML} name="HTML source" />`;
  return html`<div class="stage beside" role="group" tabindex="0" aria-label="Renderings">${[left, right].map((message, at) => html`<${Frame} key=${`${at} ${message.ID}`} source=${part(message.ID, "/preview")}
    title=${`${at ? "Right" : "Left"}: ${inert(message.Subject) || "the message"}`} dark=${prefs.value.dark} />`)}</div>`;
}

/** Two messages next to each other: what differs in headers, text and source, and how they look. */
export function Compare() {
  const { messages, error } = compared.value;
  const tab = TABS.find(({ name }) => name === route.value.tab)?.name ?? "headers";
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const at = TABS.findIndex(({ name }) => name === tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const { name } = TABS[(to + TABS.length) % TABS.length];
    acts.openTab(name);
    document.getElementById(`compare-${name}`)?.focus();
  };
  return html`<article class="reader" aria-label="Comparison">
    <div class="message-actions"><h1 class="message-title toolbar-title" tabindex="-1">Compare</h1><${Button} icon="close" label="Close the comparison" keys="u" onClick=${acts.close} /></div>
    ${error && html`<div class="nothing"><p class="nothing-title">These cannot be compared</p><p>${error}</p></div>`}
    ${!error && !messages && html`<p class="loading">Loading</p>`}
    ${messages && html`<div class="sides">${messages.map((message, at) => html`<${Side} key=${at} message=${message} side=${at ? "Right" : "Left"} />`)}</div>
      <div class="tabs" role="tablist" aria-label="What is compared" onKeyDown=${press}>${TABS.map(({ name, label }) => html`<button type="button" role="tab" key=${name} id=${`compare-${name}`} class="tab"
        aria-selected=${name === tab} aria-controls="panel" tabindex=${name === tab ? 0 : -1} onClick=${() => acts.openTab(name)}>${label}</button>`)}</div>
      <div id="panel" class=${`panel ${tab === "html" ? "panel-html" : ""}`} role="tabpanel" tabindex="0" aria-labelledby=${`compare-${tab}`} key=${tab}><${Panel} messages=${messages} tab=${tab} /></div>`}
  </article>`;
}

/** @import { Message } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { inert } from "../format.js";
import { Copy } from "./copy.js";
import { Hops } from "./hops.js";

/** The header fields in the order sent, decoded or as sent. @param {{ message: Message }} props */
export function Headers({ message }) {
  const fields = message.Parts.Headers;
  const needle = useSignal("");
  const asSent = useSignal(false);
  const wanted = needle.value.toLowerCase();
  const found = fields.filter(({ Name, Value, Raw }) => `${Name}: ${Value}\n${Raw}`.toLowerCase().includes(wanted));
  const text = () => found.map(({ Name, Value, Raw }) => `${Name}: ${asSent.value ? Raw.trim() : Value}`).join("\n");
  return html`<div class="panel-bar">
      <input class="filter" type="search" placeholder="Filter" aria-label="Filter the header fields" value=${needle.value}
        onInput=${(/** @type {InputEvent} */ event) => (needle.value = /** @type {HTMLInputElement} */ (event.target).value)} />
      <span class="quiet">${found.length} of ${fields.length}</span><span class="spring"></span>
      <button type="button" class="button plain with-text" aria-pressed=${asSent.value} onClick=${() => (asSent.value = !asSent.value)}>As sent</button>
      <${Copy} text=${text} named /></div>
    ${!needle.value && html`<${Hops} message=${message} />`}
    <table class="fields"><thead class="sr"><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead><tbody>
      ${found.map(({ Name, Value, Raw }, at) => html`<tr key=${at}><th scope="row">${Name}</th><td class=${asSent.value ? "as-sent" : undefined}>${inert(asSent.value ? Raw.trim() : Value)}</td></tr>`)}
    </tbody></table>
    ${!fields.length && html`<div class="nothing"><p class="nothing-title">No header fields</p></div>`}`;
}

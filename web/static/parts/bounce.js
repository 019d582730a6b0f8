import { html, useSignal } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { opened, panel } from "../store.js";
import { Dialog } from "./dialog.js";

const KINDS = /** @type {const} */ (["failed", "delayed", "delivered", "complaint"]);
const USUAL = { failed: "550 5.1.1 no such mailbox", delayed: "451 4.4.1 no answer from the host", delivered: "", complaint: "" };

function Order() {
  const message = opened.value.message;
  const kind = useSignal(/** @type {typeof KINDS[number]} */ ("failed"));
  const left = useSignal(/** @type {ReadonlySet<string>} */ (new Set()));
  const said = useSignal("");
  if (!message) return null;
  const all = [...new Set(message.Envelope.To.map(({ Address }) => Address))];
  const chosen = all.filter((address) => !left.value.has(address));
  const replies = USUAL[kind.value] !== "";
  /** @param {SubmitEvent} event */
  const send = (event) => {
    event.preventDefault();
    panel.value = "";
    void acts.bounce(message.ID, { Kind: kind.value, Recipients: chosen, Diagnostic: replies ? said.value.trim() : "" });
  };
  /** @param {string} address */
  const toggle = (address) => {
    left.value = new Set(left.value.has(address) ? all.filter((one) => one !== address && left.value.has(one)) : [...left.value, address]);
  };
  return html`<form class="bounce" onSubmit=${send}>
    <p>A mail system would report of this message to ${message.Envelope.From || "nobody, since its reverse-path is null"}. The report comes in as a message of its own.</p>
    <fieldset class="segments"><legend class="sr">Kind of report</legend>${KINDS.map((one) => html`<label class="segment" key=${one}>
      <input type="radio" name="kind" value=${one} checked=${kind.value === one} onChange=${() => (kind.value = one)} /><span>${one}</span></label>`)}</fieldset>
    ${all.length > 1 && html`<fieldset><legend>Recipients</legend>${all.map((address) => html`<label class="check" key=${address}>
      <input type="checkbox" checked=${!left.value.has(address)} onChange=${() => toggle(address)} /> ${address}</label>`)}</fieldset>`}
    ${replies && html`<label class="said-line">What the far server said
      <input type="text" value=${said.value} placeholder=${USUAL[kind.value]} maxlength="500" spellcheck=${false}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => (said.value = currentTarget.value)} /></label>`}
    <div class="dialog-end"><button type="submit" class="button with-text primary" disabled=${!chosen.length}>Report</button></div>
  </form>`;
}

/** The report of the open message that a mail system would send. */
export function Bounce() {
  return html`<${Dialog} name="bounce" title="Report a bounce"><${Order} /><//>`;
}

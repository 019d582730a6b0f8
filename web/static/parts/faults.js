/** @import { Fault } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { clear, remove, reset } from "../faulting.js";
import { faultError, faults, route } from "../store.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { FaultForm } from "./fault-form.js";
import { Rates } from "./rates.js";

/** @param {Fault} fault @returns {string} what it does, in a few words */
function what({ Action, Reply, Seconds, Rate, Bytes, Reset }) {
  const late = Seconds && Action !== "delay" && Action !== "blackhole" ? ` after ${Seconds} s` : "";
  const words = {
    reply: Reply, delay: `answers ${Seconds} s late`, slow: `${Rate.toLocaleString()} octets a second`,
    disconnect: `hangs up with a ${Reset ? "RST" : "FIN"}`, blackhole: "never answers",
  }[Action] ?? Action;
  return `${words}${late}${Bytes ? ` after ${Bytes.toLocaleString()} octets` : ""}`;
}

/** @param {Fault} fault @returns {string} for whom and for how long */
function whom({ Match, Inbox, Each, After, Probability, Expires }) {
  return [
    Match || "everybody", Inbox && `inbox ${Inbox}`, Each && `counted for each ${Each}`, After && `but the first ${After}`,
    Probability < 1 && `by chance, ${Math.round(Probability * 100)} %`, Expires && `for ${Expires} s`,
  ].filter(Boolean).join(", ");
}

/** @param {{ fault: Fault }} props */
function Row({ fault }) {
  const { ID, Name, Where, Fired, Matched, Times, Each, State } = fault;
  const name = Name || `${Where}: ${what(fault)}`;
  return html`<li class=${`fault ${State}`}>
    <span class="fault-where">${Where}</span>
    <span class="fault-what">${Name && html`<strong>${Name}</strong> `}<code>${what(fault)}</code><span class="quiet">${whom(fault)}</span></span>
    <span class="fault-count" title=${`${Matched} matched, ${Fired} fired`}><strong>${Fired}</strong>${Times && !Each ? ` of ${Times}` : ""} fired${State !== "active" ? html` <span class="badge warn">${State}</span>` : ""}</span>
    <span class="fault-acts"><${Button} icon="again" label=${`Count again: ${name}`} onClick=${() => void reset(ID)} />
      <${Button} icon="trash" label=${`Remove: ${name}`} onClick=${() => void remove(ID)} /></span></li>`;
}

/** The faults that are in force, what they have done, and making more. */
export function Faults() {
  const rows = faults.value;
  const { inbox } = route.value;
  return html`<${Dialog} name="faults" title="Faults" wide>
    <p class="quiet">The server misbehaves on purpose, a known number of times${inbox ? ` and towards the inbox ${inbox} alone` : ""}.</p>
    ${faultError.value && html`<p class="fault-error" role="alert">${faultError.value}</p>`}
    ${rows && !rows.length && html`<p class="fault-none">No fault is in force: everything is answered as it should be.</p>`}
    ${rows && rows.length > 0 && html`<ul class="fault-list" aria-label="Faults in force">${rows.map((fault) => html`<${Row} key=${fault.ID} fault=${fault} />`)}</ul>
      <div class="dialog-end"><${Button} icon="trash" label="Remove all" text class="outlined" onClick=${() => void clear()} /></div>`}
    <${FaultForm} />
    <${Rates} />
  <//>`;
}

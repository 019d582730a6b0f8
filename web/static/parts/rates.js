/** @import { RateLimit } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { addLimit, removeLimit } from "../faulting.js";
import { limitPresets, limits } from "../store.js";
import { Button } from "./button.js";
import { fields, NUMBER } from "./field.js";

const PER = [["user", "login"], ["peer", "client"], ["mailfrom", "sender"], ["domain", "recipient's domain"], ["inbox"]];
const EMPTY = { Preset: "", Per: "user", Count: "10", Seconds: "60", Reply: "450 4.7.1 Too much mail, try again later" };

/** @param {{ limit: RateLimit }} props */
function Row({ limit }) {
  const { ID, Name, Where, Per, Count, Seconds, Reply, Inbox, Passed, Refused } = limit;
  const much = `${Count} in ${Seconds} s for each ${Per}`;
  return html`<li class="fault">
    <span class="fault-where">${Where}</span>
    <span class="fault-what"><span>${Name && html`<strong>${Name}</strong> `}${much}</span><code>${Reply}</code>${Inbox && html`<span class="quiet">inbox ${Inbox}</span>`}</span>
    <span class="fault-count" title=${`${Passed} passed`}><strong>${Refused}</strong> refused</span>
    <span class="fault-acts"><${Button} icon="trash" label=${`Remove: ${much}`} onClick=${() => void removeLimit(ID)} /></span></li>`;
}

/** The rate limits that are in force, whom they held back, and making more. */
export function Rates() {
  const values = useSignal(EMPTY);
  const { Preset, Per, Count, Seconds, Reply } = values.value;
  const { input, choice } = fields(values);
  const told = limitPresets.value.find(({ Name }) => Name === Preset);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    void addLimit(Preset ? { Preset } : { Per, Count: Number(Count), Seconds: Number(Seconds), Reply });
  };
  return html`<h3>Rate limits</h3>
    ${limits.value.length > 0 && html`<ul class="fault-list" aria-label="Rate limits in force">${limits.value.map((limit) => html`<${Row} key=${limit.ID} limit=${limit} />`)}</ul>`}
    <form class="fault-form" aria-label="New rate limit" onSubmit=${submit}>
      ${choice("Preset", "As with", [["", "None, by numbers"], ...limitPresets.value.map(({ Name }) => [Name])])}
      ${told ? html`<p class="fault-told"><a href=${told.Source} target="_blank" rel="noreferrer">${told.Summary}</a>. ${told.Note}</p>`
        : html`${choice("Per", "For each", PER)}${input("Count", "Mails", "short", { ...NUMBER, required: true })}${
          input("Seconds", "In so many seconds", "short", { ...NUMBER, required: true })}${input("Reply", "Say", "long", { required: true })}`}
      <button type="submit" class="button with-text primary">Add the limit</button>
    </form>`;
}

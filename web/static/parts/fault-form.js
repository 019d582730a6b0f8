/** @import { FaultRule } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { add } from "../faulting.js";
import { faultPresets } from "../store.js";

const STAGES = ["connect", "helo", "auth", "mail", "rcpt", "data", "body", "end-of-data", "stored", "quit"];
const ACTIONS = { reply: "Reply", delay: "Answer late", slow: "Slow down", disconnect: "Hang up", blackhole: "Never answer" };
const EMPTY = { Where: "rcpt", Action: "reply", Reply: "451 4.7.1 Try again later", Seconds: "", Rate: "", Bytes: "", Reset: false, Match: "", Times: "" };

/** @typedef {typeof EMPTY} Fields */

/** @param {Fields} fields @returns {FaultRule} what of them the action has a use for */
function rule({ Where, Action, Reply, Seconds, Rate, Bytes, Reset, Match, Times }) {
  return {
    Where, Action, ...(Action === "reply" && { Reply }), ...(Action === "slow" && { Rate: Number(Rate) }), ...(Seconds && { Seconds: Number(Seconds) }),
    ...(Where === "body" && Bytes && { Bytes: Number(Bytes) }), ...(Action === "disconnect" && Reset && { Reset }),
    ...(Match && { Match }), ...(Times && { Times: Number(Times) }),
  };
}

/** Make a fault: of a preset, or field by field. */
export function FaultForm() {
  const preset = useSignal("");
  const fields = useSignal(EMPTY);
  const busy = useSignal(false);
  const own = fields.value;
  /** @param {keyof Fields} name @param {string | boolean} value */
  const set = (name, value) => (fields.value = { ...fields.peek(), [name]: value });
  /** @param {keyof Fields} name @param {string} label @param {"" | "short" | "long"} width @param {object} [more] */
  const input = (name, label, width, more = {}) => html`<label class=${`field ${width}`}><span>${label}</span><input class="input" value=${own[name]} onInput=${
    (/** @type {{ currentTarget: HTMLInputElement }} */ event) => set(name, event.currentTarget.value)} ...${more} /></label>`;
  /** @param {keyof Fields} name @param {string} label @param {[string, string][]} options */
  const choice = (name, label, options) => html`<label class="field"><span>${label}</span><select class="input" value=${own[name]} onChange=${
    (/** @type {{ currentTarget: HTMLSelectElement }} */ event) => set(name, event.currentTarget.value)}>${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select></label>`;
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    busy.value = true;
    const { Match, Times } = rule(own);
    await add(preset.value ? { Preset: preset.value, ...(Match && { Match }), ...(Times && { Times }) } : rule(own));
    busy.value = false;
  };
  const told = faultPresets.value.find(({ Name }) => Name === preset.value);
  const number = { inputMode: "decimal", pattern: "[0-9]*[.]?[0-9]*" };
  return html`<form class="fault-form" aria-label="New fault" onSubmit=${submit}>
    <label class="field"><span>Preset</span><select class="input" value=${preset.value} onChange=${
      (/** @type {{ currentTarget: HTMLSelectElement }} */ event) => (preset.value = event.currentTarget.value)}>
      <option value="">None, field by field</option>${faultPresets.value.map(({ Name }) => html`<option key=${Name} value=${Name}>${Name}</option>`)}</select></label>
    ${told && html`<p class="fault-told">${told.Summary}, as ${told.Like} has it.</p>`}
    ${!preset.value && html`${choice("Where", "Where", STAGES.map((one) => [one, one]))}${choice("Action", "What", Object.entries(ACTIONS))}
      ${own.Action === "reply" && input("Reply", "Reply", "long", { required: true })}
      ${own.Action === "slow" && input("Rate", "Octets a second", "short", { ...number, required: true })}
      ${input("Seconds", "Seconds", "short", { ...number, required: own.Action === "delay" })}
      ${own.Where === "body" && input("Bytes", "After octets", "short", number)}
      ${own.Action === "disconnect" && html`<label class="check"><input type="checkbox" checked=${own.Reset} onChange=${
        (/** @type {{ currentTarget: HTMLInputElement }} */ event) => set("Reset", event.currentTarget.checked)} /> with a RST</label>`}`}
    ${input("Match", "Whom", "long", { placeholder: "everybody, or rcpt:ann@ …" })}
    ${input("Times", "How often", "short", { ...number, placeholder: "always" })}
    <button type="submit" class="button with-text primary" disabled=${busy.value}>Add the fault</button>
  </form>`;
}

/** @import { FaultRule } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { add } from "../faulting.js";
import { faultPresets } from "../store.js";
import { fields, NUMBER } from "./field.js";

const STAGES = ["connect", "helo", "auth", "mail", "rcpt", "data", "body", "end-of-data", "stored", "quit"];
const ACTIONS = { reply: "Reply", delay: "Answer late", slow: "Slow down", disconnect: "Hang up", blackhole: "Never answer" };
const EMPTY = { Preset: "", Where: "rcpt", Action: "reply", Reply: "451 4.7.1 Try again later", Seconds: "", Rate: "", Bytes: "", Reset: false, Match: "", Times: "" };

/** @typedef {typeof EMPTY} Fields */

/** @param {Fields} fields @returns {FaultRule} what of them the action has a use for */
function rule({ Preset, Where, Action, Reply, Seconds, Rate, Bytes, Reset, Match, Times }) {
  return {
    ...(Preset ? { Preset } : {
      Where, Action, ...(Action === "reply" && { Reply }), ...(Action === "slow" && { Rate: Number(Rate) }), ...(Seconds && { Seconds: Number(Seconds) }),
      ...(Where === "body" && Bytes && { Bytes: Number(Bytes) }), ...(Action === "disconnect" && Reset && { Reset }),
    }),
    ...(Match && { Match }), ...(Times && { Times: Number(Times) }),
  };
}

/** Make a fault: of a preset, or field by field. */
export function FaultForm() {
  const values = useSignal(EMPTY);
  const busy = useSignal(false);
  const own = values.value;
  const { set, input, choice } = fields(values);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    busy.value = true;
    await add(rule(own));
    busy.value = false;
  };
  const told = faultPresets.value.find(({ Name }) => Name === own.Preset);
  return html`<form class="fault-form" aria-label="New fault" onSubmit=${submit}>
    ${choice("Preset", "Preset", [["", "None, field by field"], ...faultPresets.value.map(({ Name }) => [Name])])}
    ${told ? html`<p class="fault-told">${told.Summary}, as ${told.Source ? html`<a href=${told.Source} target="_blank" rel="noreferrer">${told.Like}</a>` : told.Like} has it.</p>`
      : html`${choice("Where", "Where", STAGES.map((one) => [one]))}${choice("Action", "What", Object.entries(ACTIONS))}
      ${own.Action === "reply" && input("Reply", "Reply", "long", { required: true })}
      ${own.Action === "slow" && input("Rate", "Octets a second", "short", { ...NUMBER, required: true })}
      ${input("Seconds", "Seconds", "short", { ...NUMBER, required: own.Action === "delay" })}
      ${own.Where === "body" && input("Bytes", "After octets", "short", NUMBER)}
      ${own.Action === "disconnect" && html`<label class="check"><input type="checkbox" checked=${own.Reset} onChange=${
        (/** @type {{ currentTarget: HTMLInputElement }} */ event) => set("Reset", event.currentTarget.checked)} /> with a RST</label>`}`}
    ${input("Match", "Whom", "long", { placeholder: "everybody, or rcpt:ann@ …" })}
    ${input("Times", "How often", "short", { ...NUMBER, placeholder: "always" })}
    <button type="submit" class="button with-text primary" disabled=${busy.value}>Add the fault</button>
  </form>`;
}

/** @import { Signal } from "../vendor/preact.js" */
import { html } from "../vendor/preact.js";

/** Digits on the keyboard of a phone, and nothing else is sent. */
export const NUMBER = { inputMode: "decimal", pattern: "[0-9]*[.]?[0-9]*" };

/**
 * The fields of a form whose values are one signal.
 * @template {Record<string, string | boolean>} Fields
 * @param {Signal<Fields>} values
 */
export function fields(values) {
  /** @param {keyof Fields} name @param {string | boolean} value */
  const set = (name, value) => (values.value = { ...values.peek(), [name]: value });
  /** @param {keyof Fields} name @param {string} label @param {"" | "short" | "long"} width @param {object} [more] */
  const input = (name, label, width, more = {}) => html`<label class=${`field ${width}`}><span>${label}</span><input class="input" value=${values.value[name]} onInput=${
    (/** @type {{ currentTarget: HTMLInputElement }} */ event) => set(name, event.currentTarget.value)} ...${more} /></label>`;
  /** @param {keyof Fields} name @param {string} label @param {string[][]} options value, and text where it is another */
  const choice = (name, label, options) => html`<label class="field"><span>${label}</span><select class="input" value=${values.value[name]} onChange=${
    (/** @type {{ currentTarget: HTMLSelectElement }} */ event) => set(name, event.currentTarget.value)}>${options.map(([value, text]) => html`<option key=${value} value=${value}>${text ?? value}</option>`)}</select></label>`;
  return { set, input, choice };
}

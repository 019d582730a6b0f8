/** @import { IconName } from "./icon.js" */
import { html } from "../vendor/preact.js";
import { Icon } from "./icon.js";

/**
 * A button with an icon; its label is its name, and its tip with the key that does the same.
 * @param {{ icon: IconName, label: string, keys?: string, onClick: () => void, text?: boolean, pressed?: boolean,
 *   disabled?: boolean, kind?: "plain" | "primary" | "danger", class?: string }} props
 */
export function Button({ icon, label, keys, onClick, text, pressed, disabled, kind = "plain", class: extra = "" }) {
  return html`<button type="button" class=${`button ${kind} ${text ? "with-text" : ""} ${extra}`} onClick=${onClick}
    aria-label=${text ? undefined : label} title=${keys ? `${label} (${keys})` : text ? undefined : label}
    aria-pressed=${pressed} disabled=${disabled}><${Icon} name=${icon} />${text && html`<span>${label}</span>`}</button>`;
}

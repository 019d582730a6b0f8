import { html } from "../vendor/preact.js";
import { searchError, warnings } from "../store.js";
import { Icon } from "./icon.js";

/** What the server says of the search, in its words: why it cannot be, or what may have been meant. */
export function Told() {
  const text = searchError.value || warnings.value.join(" ");
  if (!text) return null;
  return html`<p id="search-told" class=${`told ${searchError.value ? "error" : ""}`} role="status"><${Icon} name="warn" />${text}</p>`;
}

import { html } from "../vendor/preact.js";
import { go } from "../router.js";
import { panel, route, searchError } from "../store.js";
import { Button } from "./button.js";

/** The list's place when no message is in it. */
export function Nothing() {
  const { q, inbox } = route.value;
  if (q) {
    return html`<div class="nothing"><p class="nothing-title">${searchError.value ? "This search cannot be read" : "No message matches"}</p>
      <p>${searchError.value ? "Why is said above." : "The search stays live: a message that matches appears here when it comes."}</p>
      <${Button} icon="close" label="Clear the search" text onClick=${() => go({ q: "" })} /></div>`;
  }
  return html`<div class="nothing"><p class="nothing-title">${inbox ? "This inbox is empty" : "No mail yet"}</p>
    <p>It appears here the moment your app sends it.</p>
    <${Button} icon="send" label="Get started" text keys="g n" onClick=${() => (panel.value = "start")} /></div>`;
}

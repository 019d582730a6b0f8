/** @import { Message, Session } from "../../types/wire.d.ts" */
import { html, useEffect, useSignal } from "../vendor/preact.js";
import { detail } from "../api.js";
import { Transcript } from "./transcript.js";

/** The SMTP session that brought the message. @param {{ message: Message }} props */
export function Conversation({ message }) {
  const found = useSignal(/** @type {Session | null} */ (null));
  const error = useSignal(message.Session ? "" : "It did not come by SMTP.");
  useEffect(() => {
    let here = true;
    if (message.Session) detail(message.ID, "/session").then((answer) => here && (found.value = answer), (refusal) => here && (error.value = refusal.message));
    return () => void (here = false);
  }, [message.ID]);
  if (error.value) return html`<div class="nothing"><p class="nothing-title">No session</p><p>${error.value}</p></div>`;
  return found.value ? html`<${Transcript} session=${found.value} />` : html`<p class="loading">Loading</p>`;
}

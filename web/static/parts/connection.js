import { html, useEffect, useSignal } from "../vendor/preact.js";
import { connection } from "../store.js";

const WORDS = { connecting: "Connecting", live: "Live", waiting: "Reconnecting" };

/** Whether what one sees is what there is. */
export function Connection() {
  const { state, retryAt, note } = connection.value;
  const seconds = useSignal(0);
  useEffect(() => {
    const tick = () => (seconds.value = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)));
    if (state !== "waiting") return;
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [state, retryAt]);
  const text = note || (state === "waiting" && seconds.value > 0 ? `Reconnecting in ${seconds.value} s` : WORDS[state]);
  return html`<span class=${`connection ${state}`} role="status" title=${state === "live" ? "New mail appears as it comes" : "The server does not answer; what you see may be old"}>
    <span class="lamp"></span><span class="connection-text">${text}</span></span>`;
}

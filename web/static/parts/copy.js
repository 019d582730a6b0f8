import { html, useSignal } from "../vendor/preact.js";
import { put } from "../clipboard.js";
import { Button } from "./button.js";

/** @param {{ text: string | (() => string), label?: string, named?: boolean }} props */
export function Copy({ text, label = "Copy", named = false }) {
  const done = useSignal(false);
  const copy = async () => {
    await put(typeof text === "string" ? text : text());
    done.value = true;
    setTimeout(() => (done.value = false), 1500);
  };
  return html`<${Button} icon=${done.value ? "check" : "copy"} label=${done.value ? "Copied" : label} text=${named}
    class="copy" onClick=${copy} />`;
}

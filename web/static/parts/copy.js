import { html, useSignal } from "../vendor/preact.js";
import { Button } from "./button.js";

/** Put text on the clipboard; without a secure context (http under a name of its own) by the old way. @param {string} text */
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

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

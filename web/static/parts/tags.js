import { html, useEffect, useRef, useSignal } from "../vendor/preact.js";
import { setTags } from "../tagging.js";
import { tags as known } from "../store.js";
import { Icon } from "./icon.js";

/** The tags of a message: a click on one takes it off, the field adds one. @param {{ id: string, tags: string[] }} props */
export function Tags({ id, tags }) {
  const writing = useSignal(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    if (writing.value) input.current?.focus();
  }, [writing.value]);
  const add = () => {
    const name = input.current?.value.trim() ?? "";
    writing.value = false;
    if (name && !tags.includes(name)) void setTags([id], [...tags, name]);
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") add();
    else writing.value = false;
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(".tags-edit .add-tag"))?.focus());
  };
  return html`<span class="tags-edit">
    ${tags.map((tag) => html`<button type="button" class="chip removable" key=${tag} aria-label=${`Remove tag ${tag}`} title="Remove this tag"
      onClick=${() => void setTags([id], tags.filter((one) => one !== tag))}>${tag}<${Icon} name="close" /></button>`)}
    ${writing.value
      ? html`<input ref=${input} class="tag-input" aria-label="New tag" list="known-tags" maxlength="100" onKeyDown=${press} onBlur=${add} />
        <datalist id="known-tags">${Object.keys(known.value).map((name) => html`<option key=${name} value=${name} />`)}</datalist>`
      : html`<button type="button" class="chip add-tag" onClick=${() => (writing.value = true)} title="Add a tag (t)"><${Icon} name="plus" />Tag</button>`}
  </span>`;
}

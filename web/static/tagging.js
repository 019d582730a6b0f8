/** Tags of messages, and the pin, which is one. */
import * as api from "./api.js";
import { failed } from "./acts.js";
import { amend } from "./apply.js";
import { rail } from "./news.js";
import { track } from "./pending.js";
import { bodies, list, touched } from "./store.js";
import { offerUndo } from "./toasts.js";

/** @param {string[]} ids @param {string[]} names @param {{ quiet?: boolean }} [how] */
export async function setTags(ids, names, { quiet = false } = {}) {
  const before = new Map(ids.map((id) => [id, list.summaries.get(id)?.Tags ?? bodies.get(id)?.Tags ?? []]));
  for (const id of ids) {
    list.change(id, { Tags: names });
    amend(id, names);
  }
  touched();
  if (!quiet) offerUndo("", () => before.forEach((old, id) => void setTags([id], old, { quiet: true })));
  try {
    await track(api.setTags(ids, names));
    rail();
  } catch (error) {
    for (const [id, old] of before) amend(id, (list.change(id, { Tags: old }), old));
    touched();
    failed(error, "Tags not changed");
  }
}

export const PINNED = "pinned"; // a pin is this tag: kept by the server, found by tag:pinned

/** @param {string[]} ids */
export function togglePin(ids) {
  const tagsOf = (/** @type {string} */ id) => list.summaries.get(id)?.Tags ?? bodies.get(id)?.Tags ?? [];
  const pin = !ids.every((id) => tagsOf(id).includes(PINNED));
  const before = ids.map((id) => /** @type {const} */ ([id, tagsOf(id)]));
  offerUndo("", () => before.forEach(([id, old]) => void setTags([id], old, { quiet: true })));
  for (const [id, old] of before) {
    const others = old.filter((tag) => tag !== PINNED);
    void setTags([id], pin ? [...others, PINNED] : others, { quiet: true });
  }
}

/**
 * What is done with faults, rules that make the server misbehave on purpose, and with rate limits.
 *
 * @import { FaultRule, RateRule } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { faultError, faultPresets, faults, limitPresets, limits, panel, route } from "./store.js";
import { batch, effect } from "./vendor/preact.js";

let asked = 0;

/** Look again, if anybody looks. */
export async function look() {
  if (panel.peek() !== "faults") return;
  const ticket = ++asked;
  const { inbox } = route.peek();
  const found = await Promise.all([api.faults.all(inbox), api.limits.all(inbox)]).catch(failed);
  if (!found || ticket !== asked) return;
  batch(() => {
    faults.value = found[0].faults;
    limits.value = found[1].limits;
  });
}

/** @param {FaultRule} rule */
export const add = (rule) => done(api.faults.add(route.peek().inbox, rule));

/** @param {RateRule} rule */
export const addLimit = (rule) => done(api.limits.add(route.peek().inbox, rule));

/** @param {string} id */
export const remove = (id) => done(api.faults.remove(id));

/** @param {string} id */
export const removeLimit = (id) => done(api.limits.remove(id));

/** @param {string} id count from nothing again */
export const reset = (id) => done(api.resetFault(id));

export const clear = () => done(api.faults.clear(route.peek().inbox));

/** What was asked for is done; if not, `faultError` says why. @param {Promise<unknown>} act */
async function done(act) {
  faultError.value = "";
  await act.catch(failed);
  await look();
}

/** @param {Error} error */
function failed(error) {
  faultError.value = error.message;
}

effect(() => {
  const { inbox } = route.value;
  if (panel.value !== "faults") return;
  batch(() => {
    faults.value = null;
    faultError.value = "";
  });
  void inbox;
  void look();
  if (faultPresets.peek().length) return;
  api.faults.presets().then((found) => (faultPresets.value = found), failed);
  api.limits.presets().then((found) => (limitPresets.value = found), failed);
});

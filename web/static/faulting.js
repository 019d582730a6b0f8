/**
 * What is done with faults: rules that make the server misbehave on purpose.
 *
 * @import { FaultRule } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { faultError, faultPresets, faults, panel, route } from "./store.js";
import { batch, effect } from "./vendor/preact.js";

let asked = 0;

/** Look again, if anybody looks. */
export async function look() {
  if (panel.peek() !== "faults") return;
  const ticket = ++asked;
  const found = await api.faults(route.peek().inbox).catch(failed);
  if (found && ticket === asked) faults.value = found;
}

/** @param {FaultRule} rule @returns {Promise<boolean>} whether it is in force; if not, `faultError` says why */
export async function add(rule) {
  faultError.value = "";
  const made = await api.addFault(route.peek().inbox, rule).catch(failed);
  await look();
  return Boolean(made);
}

/** @param {string} id */
export const remove = (id) => done(api.removeFault(id));

/** @param {string} id count from nothing again */
export const reset = (id) => done(api.resetFault(id));

export const clear = () => done(api.clearFaults(route.peek().inbox));

/** @param {Promise<unknown>} act */
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
  if (!faultPresets.peek().length) api.faultPresets().then((found) => (faultPresets.value = found), failed);
});

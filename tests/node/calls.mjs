// The calls of a client: each is made, its result checked, and what came of it printed as JSON for the test that asks.

import assert from "node:assert/strict";

export { assert };

/** What the test passes: the address of the server, and the ids of mail that is there. */
export const given = JSON.parse(process.argv[2] ?? "{}");

const outcomes = {};

/** Make a call and check its result: `make` throws if something is wrong. */
export async function call(name, make) {
  try {
    await make();
    outcomes[name] = "";
  } catch (error) {
    outcomes[name] = `${error?.message ?? error}`.slice(0, 2000);
  }
}

/** Tell what came of the calls; `all` are those that the client has. */
export function report(all) {
  console.log(JSON.stringify({ all: [...all].sort(), outcomes }));
}

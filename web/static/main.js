/** Where the page begins: state from the URL, then the screen, then the network. */
import * as badge from "./badge.js";
import { handle } from "./keys.js";
import { App } from "./parts/app.js";
import * as reading from "./reading.js";
import * as router from "./router.js";
import { narrow } from "./store.js";
import * as sync from "./sync.js";
import { html, render } from "./vendor/preact.js";

const slim = matchMedia("(max-width: 719px)");
narrow.value = slim.matches;
slim.addEventListener("change", () => (narrow.value = slim.matches));

router.start();
const app = /** @type {HTMLElement} */ (document.getElementById("app"));
app.replaceChildren(); // the frame that index.html paints while the modules come
render(html`<${App} />`, app);
document.addEventListener("keydown", handle);
sync.start();
reading.start();
badge.start();

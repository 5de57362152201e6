/** Firefox asks every worker of the page before a service worker has taken over; the threads of the kernels answer, too. */
import { decodeImage } from "../../src/image/decode.ts";
import { mambairFile, photoFile } from "./files.ts";
import { firefoxTest } from "./firefox.ts";
import { edits } from "./site.ts";

const X2 = mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 });

// It is installed when it is told to, and is not active before it has taken over, as that of many a page.
edits.set(
  "/service_worker.js",
  (text) =>
    `addEventListener("install", (event) => event.waitUntil(new Promise((go) => new BroadcastChannel("go").onmessage = go)));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
${text}`,
);

firefoxTest("Firefox saves after a service worker took over a page whose threads sleep", async (page) => {
  await page.drop(await photoFile(24, 16, "cat.png"), X2);
  await page.until(`[...document.querySelectorAll("#restore-choices label")]
    .find(({ textContent }) => textContent.includes("x2.pth"))?.click() ?? document.querySelector("#restore-choices :checked")
    ?.parentNode.textContent.includes("x2.pth")`);
  await page.until(`document.querySelector("#restore-run:enabled")`);
  await page.click("#restore-run");
  await page.until(`document.querySelectorAll("#results li").length === 1 && document.querySelector("#save:enabled")`);
  await page.evaluate(`new BroadcastChannel("go").postMessage(0), 0`);
  await page.until(`navigator.serviceWorker.controller`);
  await page.fill("#save-format", "jpeg");
  await decodeImage(await page.download("#save", "cat-x2.jpg"));
});

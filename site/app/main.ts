/**
 * Starts the page.
 *
 * @module
 */
import { switchDevice } from "./device_choice.ts";
import { byId, setText } from "./dom.ts";
import { onBroken } from "./engine.ts";
import { startIntake } from "./intake.ts";
import { say, sayFailure } from "./messages.ts";
import { startOffline } from "./offline.ts";
import { continueSession, startSession } from "./session.ts";
import { current, watch } from "./store.ts";
import { TEXT } from "./strings.ts";
import { startTheme } from "./theme.ts";
import { startUrl } from "./url_state.ts";
import { startWelcome } from "./welcome.ts";

/** The tools come with the first photo or checkpoint. */
function startWork(): void {
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    import("./work.ts").catch(() => {
      asked = false;
      say("error", TEXT.workMissing, [{ text: TEXT.tryAgain, go: ask }]);
    });
  };
  watch(({ photos, cards }) => (photos.length > 0 || cards.length > 0) && ask());
}

onBroken(() => say("error", TEXT.engineBroken, [{ text: TEXT.offline.reload, go: () => location.reload() }]));
startTheme();
startWelcome();
startIntake();
startWork();
watch(({ device }) => setText(byId("device-name"), device?.name ?? TEXT.device.opening));
const session = continueSession().catch((error) => {
  sayFailure(error);
  return false;
});
startUrl(session);
session.finally(startSession);
switchDevice(current().wish);
if (document.readyState === "complete") startOffline();
else addEventListener("load", startOffline);

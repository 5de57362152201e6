/**
 * Starts the page.
 *
 * @module
 */
import { startCamera } from "./camera.ts";
import { startClassify } from "./classify_panel.ts";
import { startCompare } from "./compare_handle.ts";
import { switchDevice } from "./device_choice.ts";
import { startDevice } from "./device_panel.ts";
import { onBroken } from "./engine.ts";
import { startInside } from "./inside_panel.ts";
import { startIntake } from "./intake.ts";
import { startCancelKey } from "./job_view.ts";
import { say } from "./messages.ts";
import { startModel } from "./model_panel.ts";
import { startOffline } from "./offline.ts";
import { startPhotoList } from "./photo_list.ts";
import { startRestore } from "./restore_panel.ts";
import { startSave } from "./save.ts";
import { startScan } from "./scan_view.ts";
import { current } from "./store.ts";
import { TEXT } from "./strings.ts";
import { startTheme } from "./theme.ts";
import { startTools } from "./tools.ts";
import { startUrl } from "./url_state.ts";
import { startViewer } from "./viewer.ts";

onBroken(() => say("error", TEXT.engineBroken, [{ text: TEXT.offline.reload, go: () => location.reload() }]));
startTheme();
startViewer();
startCompare();
startTools();
startIntake();
startCamera();
startPhotoList();
startRestore();
startSave();
startClassify();
startInside();
startScan();
startModel();
startDevice();
startCancelKey();
startUrl();
switchDevice(current().wish);
if (document.readyState === "complete") startOffline();
else addEventListener("load", startOffline);

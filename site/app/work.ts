/**
 * Everything that is there once there is a photo or a checkpoint; fetched then.
 *
 * @module
 */
import { startBatch } from "./batch_panel.ts";
import { startClassify } from "./classify_panel.ts";
import { startCompare } from "./compare_handle.ts";
import { startDevice } from "./device_panel.ts";
import { startInside } from "./inside_panel.ts";
import { startCancelKey } from "./job_view.ts";
import { startModel } from "./model_panel.ts";
import { startPhotoList } from "./photo_list.ts";
import { startRestore } from "./restore_panel.ts";
import { startResults } from "./results_panel.ts";
import { startScan } from "./scan_view.ts";
import { startTools } from "./tools.ts";
import { startViewer } from "./viewer.ts";

startViewer();
startCompare();
startTools();
startRestore();
startResults();
startBatch();
startClassify();
startInside();
startScan();
startModel();
startDevice();
startCancelKey();
startPhotoList();

/**
 * A photo from the camera.
 *
 * @module
 */
import { byId } from "./dom.ts";
import { say } from "./messages.ts";
import { addPhoto } from "./photos.ts";
import { TEXT } from "./strings.ts";

const dialog = byId<HTMLDialogElement>("camera");
const video = byId<HTMLVideoElement>("camera-video");

function release(): void {
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

async function shoot(): Promise<void> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")!.drawImage(video, 0, 0);
  dialog.close();
  await addPhoto(await canvas.convertToBlob({ type: "image/png" }), "camera.png");
}

/** Shows what the camera sees, with a button that takes it. */
export async function openCamera(): Promise<void> {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 } },
    });
  } catch {
    say("error", TEXT.cameraMissing);
    return;
  }
  dialog.showModal();
  await video.play().catch(() => {}); // closed before it began
}

dialog.addEventListener("close", release);
byId("camera-shoot").addEventListener("click", shoot);
byId("camera-close").addEventListener("click", () => dialog.close());

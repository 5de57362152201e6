/**
 * Which profile a picture has: its own, or one made of the numbers it says instead.
 *
 * @module
 */
import type { Attached } from "../attached.ts";
import { latin1 } from "../headers/bytes.ts";
import { colourProfileOfGrey, makeProfile, meaningOf } from "./make_profile.ts";

/** Whether bytes are an ICC profile. */
export const isProfile = (bytes: Uint8Array | undefined): bytes is Uint8Array<ArrayBuffer> =>
  bytes !== undefined && bytes.length >= 132 && latin1(bytes, 36, 4) === "acsp";

/** Whether a profile is for pictures of that many channels. */
export function fitsChannels(profile: Uint8Array, channels: number): boolean {
  return latin1(profile, 16, 4) === (channels <= 2 ? "GRAY" : "RGB ");
}

/** A profile for pictures of that many channels; that of grey becomes one of colour. */
function fitted(profile: Uint8Array<ArrayBuffer>, channels: number): Uint8Array<ArrayBuffer> | undefined {
  if (fitsChannels(profile, channels)) return profile;
  return channels >= 3 && fitsChannels(profile, 1) ? colourProfileOfGrey(profile) : undefined;
}

/**
 * The profile of a picture of that many channels in a format that has profiles only; undefined where it is sRGB or cannot
 * be said. `told` hears of what cannot be said.
 */
export function profileFor(attached: Attached, channels: number, told: (reason: string) => void = () => {}) {
  const { profile, coding } = attached;
  if (profile && !coding?.cicp) {
    const own = fitted(profile, channels);
    if (!own) told(`its profile is for ${latin1(profile, 16, 4).trim()} and not for ${channels} channels`);
    return own;
  }
  if (!coding) return undefined;
  const meaning = meaningOf(coding);
  if (meaning === "unknown") {
    if (profile) return fitted(profile, channels);
    told(`no profile says its colours (cICP ${coding.cicp?.join(", ")})`);
    return undefined;
  }
  return meaning === "srgb" ? undefined : makeProfile(meaning, channels);
}

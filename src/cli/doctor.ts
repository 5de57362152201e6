/**
 * `sidewinder doctor`
 *
 * @module
 */
import process from "node:process";
import { openDevice } from "../open_device.ts";
import { type Command, DEVICE_OPTIONS, deviceOption, parse } from "./command.ts";

/** Name and version of the runtime. */
function runtimeName(): string {
  const { deno, bun, node } = process.versions as Record<string, string | undefined>;
  return deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`;
}

/** `doctor`. */
export const doctorCommand: Command = {
  summary: "tell which devices this machine has and which one is taken",
  help: `Usage: sidewinder doctor [--device KIND] [--threads N] [--json]

Lists the devices that were tried, and why one was taken.`,
  needs: ["env"],
  async run(args, terminal) {
    const { values } = parse(args, DEVICE_OPTIONS);
    await using device = await openDevice(deviceOption(values));
    const { tried, reason } = device.account!;
    const runtime = `${runtimeName()} on ${process.platform} ${process.arch}`;
    if (values.json) {
      terminal.print(JSON.stringify({ runtime, device: device.name, threads: device.threads ?? 1, reason, tried }));
      return 0;
    }
    terminal.print(`runtime  ${runtime}`);
    terminal.print(`device   ${device.name}: ${reason}`);
    if (device.threads !== undefined) terminal.print(`threads  ${device.threads}`);
    for (const line of tried) terminal.print(`         ${line}`);
    return 0;
  },
};

#!/usr/bin/env -S deno run -A
/**
 * The command line, the same under Deno, Node and Bun. `sidewinder --help` lists the commands.
 *
 * @module
 */
import process from "node:process";
import { main } from "./src/cli/main.ts";

process.exitCode = await main(process.argv.slice(2));

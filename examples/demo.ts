/**
 * The main job on the models that ship: says what is on a photo. `deno task demo [IMAGE…]`
 *
 * @module
 */
import { main } from "../src/cli/main.ts";

const photos = Deno.args.length > 0 ? Deno.args : ["coffee.png", "rocket.jpg"].map((name) => `examples/photos/${name}`);
Deno.exit(await main(["classify", ...photos]));

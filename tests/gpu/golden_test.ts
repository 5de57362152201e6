import { fixtures, GOLDEN } from "./fixtures.ts";
import { registerGoldens } from "./goldens.ts";

registerGoldens(GOLDEN, fixtures());

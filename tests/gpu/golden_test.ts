import { registerGoldens } from "./goldens.ts";

registerGoldens(new URL("../golden/", import.meta.url), "all");

/** Lighthouse's verdict on the first visit. */
import { assert, assertEquals } from "@std/assert";
import { CHROMIUM, siteTest } from "./site.ts";

const LEAST = { performance: 0.9, accessibility: 0.95, "best-practices": 0.95 };

siteTest("page satisfies Lighthouse", {}, async ({ origin }) => {
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: [
      ...["--yes", "lighthouse@12.8.2", `${origin}/`, "--quiet", "--output=json", "--output-path=stdout"],
      ...[`--only-categories=${Object.keys(LEAST)}`, "--chrome-flags=--headless=new --no-sandbox"],
    ],
    env: { CHROME_PATH: CHROMIUM },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const { categories } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly categories: Readonly<Record<string, { readonly score: number }>>;
  };
  for (const [name, least] of Object.entries(LEAST)) {
    const { score } = categories[name]!;
    console.log(`lighthouse ${name}: ${Math.round(100 * score)}`);
    assert(score >= least, `${name} is ${score}: at least ${least} is wanted`);
  }
});

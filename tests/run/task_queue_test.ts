import { assertEquals, assertRejects } from "@std/assert";
import { taskQueue } from "../../src/device.ts";

Deno.test("taskQueue() runs one task after the other, by priority and then by age, whether they fail or not", async () => {
  const queue = taskQueue(), order: string[] = [];
  let running = 0;
  const task = (name: string) => async () => {
    assertEquals(++running, 1);
    order.push(name);
    await undefined;
    running--;
    if (name === "broken") throw new Error(name);
  };
  const broken = queue(task("broken"));
  const rest = [
    queue(task("tile"), { priority: -1 }),
    queue(task("a")),
    queue(task("b")),
    queue(task("urgent"), { priority: 1 }),
  ];
  await assertRejects(() => broken, Error, "broken");
  await Promise.all(rest);
  assertEquals(order, ["urgent", "broken", "a", "b", "tile"]);
});

Deno.test("taskQueue() lets a task that waits go at once when its signal is aborted", async () => {
  const queue = taskQueue(), controller = new AbortController();
  let end = () => {};
  const first = queue(() => new Promise<void>((resolve) => end = resolve));
  let ran = false;
  const second = queue(() => Promise.resolve(ran = true), { signal: controller.signal });
  controller.abort(new Error("left"));
  await assertRejects(() => second, Error, "left");
  const third = queue(() => Promise.resolve(3), { signal: AbortSignal.abort(new Error("never came")) });
  await assertRejects(() => third, Error, "never came");
  end();
  await first;
  assertEquals([ran, await queue(() => Promise.resolve(4))], [false, 4]);
});

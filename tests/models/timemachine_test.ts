import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readTable, writeTable } from "../../src/cli/forecast.ts";
import { forecast } from "../../src/forecast.ts";
import { loadModel } from "../../src/load_model.ts";
import { timeMachineWeights } from "../../src/models/timemachine/forward.ts";
import { timeMachineConfig, type TimeMachineOptions } from "../../src/models/timemachine/options.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

const SMALL = { seq_len: 24, pred_len: 12, enc_in: 3, n1: 16, n2: 8, d_state: 16 } as const;
const checkpoint = (options: TimeMachineOptions = {}) =>
  checkpointOf(timeMachineWeights(timeMachineConfig({ ...SMALL, ...options })));
const series = (rows: number) => Float64Array.from({ length: rows * 3 }, (_, i) => Math.sin(i / 7) + i % 3);

for (const ch_ind of [0, 1]) {
  Deno.test(`forecast() looks ahead with a TimeMachine of ch_ind ${ch_ind}, from the last rows`, async () => {
    await using device = await openWasm();
    await using model = await loadModel(device, checkpoint({ ch_ind }));
    assertEquals([model.info.family, model.info.task], ["timemachine", "forecast"]);
    assertEquals([model.info.options.ch_ind, model.info.options.enc_in], [ch_ind, 3]);
    const { values, rows, columns } = await forecast(model, { values: series(24), columns: 3 });
    assertEquals([values.length, rows, columns], [36, 12, 3]);
    assert(values.every(Number.isFinite));
    const longer = Float64Array.of(9, 9, 9, ...series(24));
    assertEquals((await forecast(model, { values: longer, columns: 3 })).values, values);
    // RevIN: a series that is moved and stretched has a future that is moved and stretched.
    const moved = await forecast(model, { values: series(24).map((value) => 10 * value + 5), columns: 3 });
    moved.values.forEach((value, i) => assert(Math.abs(value - (10 * values[i]! + 5)) < 1e-3, `${value}`));
  });
}

Deno.test("forecast() refuses series that are short, broken or of other columns", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, checkpoint());
  await assertRejects(() => forecast(model, { values: series(23), columns: 3 }), RangeError, "at least 24 rows");
  await assertRejects(() => forecast(model, { values: series(24), columns: 4 }), TypeError, "3 columns of the model");
  await assertRejects(() => forecast(model, { values: series(24).slice(1), columns: 3 }), TypeError, "whole rows");
  const broken = series(24);
  broken[7] = NaN;
  await assertRejects(() => forecast(model, { values: broken, columns: 3 }), RangeError, "row 3, column 2 is NaN");
  broken[7] = 1e39;
  await assertRejects(() => forecast(model, { values: broken, columns: 3 }), RangeError, "32 bits");
});

Deno.test("readTable() takes the columns of numbers, or those it is asked for, and names what is missing", () => {
  const text = 'date,OT,"a ""b"""\n2020,1.5,2\n2021,-3e2,4\n';
  assertEquals(readTable(text, ["OT", 'a "b"']), { names: ["OT", 'a "b"'], values: Float64Array.of(1.5, 2, -300, 4) });
  assertEquals(readTable("day,x\nMon,1\nTue,2\n").names, ["x"]);
  assertThrows(() => readTable("x,y\n1,2\n3,\n"), SyntaxError, 'row 2, column y holds ""');
  assertThrows(() => readTable("x,y\n1\n"), SyntaxError, "row 1 has 1");
  assertThrows(() => readTable("x\n1\n", ["z"]), RangeError, '"z"');
  assertEquals(writeTable(["x", "a,b"], [1, 2, 3, 4]), 'x,"a,b"\n1,2\n3,4\n');
});

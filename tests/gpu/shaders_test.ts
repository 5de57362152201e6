import { assertEquals } from "@std/assert";
import { KERNEL_NAMES, KERNELS } from "../../src/kernels.ts";

const source = (kernel: string): Promise<string> =>
  Deno.readTextFile(new URL(`../../src/gpu/${kernel}.wgsl`, import.meta.url));

for (const kernel of KERNEL_NAMES) {
  const { operands, params } = KERNELS[kernel];

  Deno.test(`${kernel}.wgsl binds the operands of the table in its order and with its accesses`, async () => {
    const found = [...(await source(kernel)).matchAll(/@binding\((\d+)\) var<storage, (\w+)> (\w+):/g)]
      .map(([, binding, access, name]) => [Number(binding), name, access]);
    const wanted = Object.entries(operands).map(([name, access], binding) => [
      binding,
      name,
      access === "in" || access === "in?" ? "read" : "read_write",
    ]);
    assertEquals(found.slice(0, wanted.length), wanted);
    assertEquals(found.slice(wanted.length).every(([, name]) => name === "scratch"), true);
    assertEquals(found.length <= 8, true);
  });

  Deno.test(`${kernel}.wgsl takes the parameters of the table in its order, then the offsets of the operands`, async () => {
    const struct = /struct Params \{([^}]*)\}/.exec(await source(kernel))?.[1] ?? "";
    const found = [...struct.matchAll(/(\w+): (\w+)/g)].map(([, name, type]) => [name, type]);
    const wanted = [
      ...Object.entries(params),
      ...Object.keys(operands).map((name) => [`${name}Offset`, "u32"]),
    ];
    assertEquals(found.slice(0, wanted.length), wanted);
  });
}

// Head and tail of any output in any pieces.

import fc from "fast-check";
import { expect, test } from "vitest";
import { cappedOutput } from "./capped-output.ts";

test("an output that fits is whole, a longer one keeps its first and its last bytes", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), { maxLength: 30 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 800 }), (pieces, maxBytes) => {
      const whole = Buffer.concat(pieces);
      const output = cappedOutput(maxBytes);
      for (const piece of pieces) output.push(piece);
      const kept = output.bytes();
      expect(output.truncated()).toBe(whole.length > maxBytes);
      if (whole.length <= maxBytes) {
        expect(kept.equals(whole)).toBe(true);
        return;
      }
      const head = Math.ceil(maxBytes / 2);
      expect(kept.length).toBe(maxBytes);
      expect(kept.subarray(0, head).equals(whole.subarray(0, head))).toBe(true);
      expect(kept.subarray(head).equals(whole.subarray(whole.length - (maxBytes - head)))).toBe(true);
    }),
  );
});

test("memory stays near the cap however much comes", () => {
  const output = cappedOutput(1000);
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let count = 0; count < 20_000; count += 1) output.push(chunk);
  output.push(Buffer.from("end"));
  expect(output.bytes().subarray(-3).toString()).toBe("end");
  expect(output.bytes().length).toBe(1000);
});

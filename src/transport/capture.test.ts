// What is made of a script that did not do as it should.

import { expect, test } from "vitest";
import { capture } from "./capture.ts";
import { openLocal } from "./local.ts";
import type { Transport } from "./transport.ts";

const transport = openLocal();
const options = { what: "asking", timeoutSeconds: 60 };

test("a script that succeeds gives both its outputs", async () => {
  const { stdout, stderr } = await capture(transport, 'echo "$1"; echo warning >&2', {
    ...options,
    args: ["a b"],
  });
  expect([stdout.toString(), stderr.toString()]).toEqual(["a b\n", "warning\n"]);
});

test("an exit code is a failure with the first of what was said", async () => {
  const failing = capture(transport, 'echo "no such thing" >&2; printf "%1000s" x >&2; exit 3', options);
  await expect(failing).rejects.toMatchObject({
    code: "command-failed",
    details: { host: "local", what: "asking", code: 3 },
  });
  const error = await failing.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ details: { stderr: expect.stringMatching(/^no such thing\n {486}$/) } });
});

test("a signal, a time limit and a lost link are told apart", async () => {
  await expect(capture(transport, "kill -KILL $$", options)).rejects.toMatchObject({
    code: "command-failed",
    details: { signal: "SIGKILL" },
  });
  await expect(capture(transport, "sleep 60", { ...options, timeoutSeconds: 0.3 })).rejects.toMatchObject({
    code: "command-timeout",
    details: { seconds: 0.3 },
  });
  const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
  const cut: Transport = {
    ...transport,
    run: () => Promise.resolve({ outcome: "lost", reason: "cut", ...nothing }),
  };
  await expect(capture(cut, "", options)).rejects.toMatchObject({
    code: "host-lost",
    details: { reason: "cut" },
  });
});

test("an output whose middle was dropped is no output, talk on stderr does not matter", async () => {
  await expect(
    capture(transport, "head -c 2000 /dev/zero", { ...options, maxBytes: 1000 }),
  ).rejects.toMatchObject({
    code: "command-failed",
  });
  const { stdout } = await capture(transport, "echo fine; head -c 2000 /dev/zero >&2", {
    ...options,
    maxBytes: 1000,
  });
  expect(stdout.toString()).toBe("fine\n");
});

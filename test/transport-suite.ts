// What every body of `Transport` must do, checked against real shells.

import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeBytes, encodeBytes } from "../src/transport/bytes.ts";
import type { RunOptions, RunResult, Transport } from "../src/transport/transport.ts";

export type OpenedTransport = {
  readonly transport: Transport;
  /** Cuts the link as it is; absent where there is none. */
  readonly cut?: () => void;
  readonly stop: () => Promise<void>;
};

export function transportSuite(name: string, open: () => Promise<OpenedTransport>): void {
  describe(name, () => {
    let opened: OpenedTransport;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(async () => {
      await opened.transport.close();
      await opened.stop();
    });

    const run = (script: string, options: Partial<RunOptions> = {}): Promise<RunResult> =>
      opened.transport.run(script, { timeoutSeconds: 60, ...options });

    test("connecting twice is connecting once", async () => {
      await opened.transport.connect();
      await opened.transport.connect();
    });

    test("every byte comes and goes as it is", async () => {
      const everything = Buffer.concat([
        Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        randomBytes(70_000),
      ]);
      const result = await run("cat; printf '\\377\\000 end' >&2", { input: everything });
      expect(result.outcome).toBe("exited");
      expect(result.stdout.equals(everything)).toBe(true);
      expect(result.stderr.equals(Buffer.from("\xff\0 end", "latin1"))).toBe(true);
    });

    test("nothing is trimmed and an empty output is empty", async () => {
      expect((await run("printf '\\n x \\n\\n'")).stdout.toString()).toBe("\n x \n\n");
      expect((await run(":")).stdout.length).toBe(0);
    });

    test.each([0, 1, 3, 97, 124, 137, 255])("exit code %i is told", async (code) => {
      expect(await run(`exit ${code}`)).toMatchObject({ outcome: "exited", code });
    });

    test("a script that a signal ended is no success", async () => {
      expect(await run("echo before; kill -KILL $$")).toMatchObject({
        outcome: "signal",
        signal: "SIGKILL",
        stdout: Buffer.from("before\n"),
      });
    });

    test("a script that is no shell fails as the shell says", async () => {
      const result = await run("if then");
      expect(result).toMatchObject({ outcome: "exited", code: 2 });
      expect(result.stderr.toString()).toMatch(/syntax error/i);
    });

    test("arguments of any bytes arrive one by one", async () => {
      const word = fc
        .uint8Array({ maxLength: 30 })
        .map((bytes) => decodeBytes(bytes.map((byte) => (byte === 0 ? 255 : byte))));
      const awkward = fc.constantFrom(
        "",
        "'",
        '"',
        "\\",
        "$(id)",
        "`id`",
        "!!",
        "-n",
        "--",
        "\n",
        "a\n\nb\n",
        "*",
        "~",
        "#",
        "\r",
        "\x81\x82\x83",
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(word, awkward), { maxLength: 25 }), async (args) => {
          const { stdout } = await run('for each do printf "%s\\0" "$each"; done', { args });
          expect(stdout.equals(encodeBytes(args.map((arg) => `${arg}\0`).join("")))).toBe(true);
        }),
        { numRuns: 25 },
      );
    });

    test("nothing of the script, its arguments or its input is in a process list", async () => {
      const secret = `secret-${randomBytes(8).toString("hex")}`;
      const { stdout } = await run(
        'x="$1"; cat >/dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; : "$x"',
        {
          args: [secret],
          input: Buffer.from(secret),
        },
      );
      expect(stdout.toString("latin1")).toContain("/bin/sh");
      expect(stdout.includes(secret)).toBe(false);
    });

    test("a script finds a known surrounding", async () => {
      const { stdout } = await run(
        'echo "$LC_ALL"; umask; echo "$PATH"; pwd; echo "$#:$*"; echo "${CDPATH-none}"',
        {
          args: ["a b", "c"],
        },
      );
      const [locale, mask, path, , args, cdpath] = stdout.toString().split("\n");
      expect([locale, mask, args, cdpath]).toEqual(["C", "0077", "2:a b c", "none"]);
      expect(path).toMatch(/:\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/);
    });

    test("what is over the cap is dropped from the middle", async () => {
      const result = await run("printf start; head -c 3000000 /dev/zero; printf end; printf small >&2", {
        maxBytes: 1000,
      });
      expect(result.truncated).toBe(true);
      expect(result.stdout.length).toBe(1000);
      expect(result.stdout.subarray(0, 5).toString()).toBe("start");
      expect(result.stdout.subarray(-3).toString()).toBe("end");
      expect(result.stderr.toString()).toBe("small");
      expect((await run("head -c 1000 /dev/zero", { maxBytes: 1000 })).truncated).toBe(false);
    });

    test("a large input is taken as fast as the script reads it, and no faster", async () => {
      const chunk = randomBytes(256 * 1024);
      const chunks = 96;
      let given = 0;
      async function* input(): AsyncGenerator<Uint8Array> {
        for (; given < chunks; given += 1) yield chunk;
      }
      const hash = createHash("sha256");
      for (let index = 0; index < chunks; index += 1) hash.update(chunk);
      let givenWhileWaiting = 0;
      const result = await run("echo waiting; sleep 1; sha256sum", {
        input: input(),
        async onStdout(bytes) {
          if (bytes.length < 20) {
            await new Promise((resolve) => setTimeout(resolve, 500));
            givenWhileWaiting = given;
          } else {
            expect(Buffer.from(bytes).toString()).toBe(`${hash.digest("hex")}  -\n`);
          }
        },
      });
      expect(result).toMatchObject({ outcome: "exited", code: 0 });
      expect(given).toBe(chunks);
      expect(givenWhileWaiting).toBeLessThan(chunks / 2);
    });

    test("a large output waits for whoever takes it", async () => {
      let taken = 0;
      let most = 0;
      let inside = 0;
      const result = await run("head -c 20000000 /dev/zero", {
        async onStdout(bytes) {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          taken += bytes.length;
          inside -= 1;
        },
      });
      expect(result).toMatchObject({ outcome: "exited", code: 0, truncated: false });
      expect(result.stdout.length).toBe(0);
      expect([taken, most]).toEqual([20_000_000, 1]);
    });

    test("a script that ends before it has read its input ends well", async () => {
      const result = await run("head -c 10; exit 4", { input: Buffer.alloc(8_000_000, "x") });
      expect(result).toMatchObject({ outcome: "exited", code: 4, stdout: Buffer.from("xxxxxxxxxx") });
    });

    test("an input that fails is the caller's failure", async () => {
      async function* input(): AsyncGenerator<Uint8Array> {
        yield Buffer.from("first");
        throw new Error("the source broke");
      }
      await expect(run("cat", { input: input() })).rejects.toThrow("the source broke");
    });

    test("a taker of output that fails ends the run", async () => {
      const failing = run("while :; do echo line; sleep 0.1; done", {
        onStdout() {
          throw new Error("no more");
        },
      });
      await expect(failing).rejects.toThrow("no more");
    });

    test("time over is lost by timeout, with what came until then", async () => {
      const result = await run("echo early; sleep 60", { timeoutSeconds: 2 });
      expect(result).toMatchObject({ outcome: "lost", reason: "timeout", stdout: Buffer.from("early\n") });
    });

    test("many runs at once each get their own output", async () => {
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          run('sleep 0.1; cat; echo "$1"', { args: [`${index}`], input: Buffer.from(`${index}-`) }),
        ),
      );
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(
        Array.from({ length: 12 }, (_, index) => `${index}-${index}\n`),
      );
    });

    test("a NUL in a script or an argument is refused", async () => {
      await expect(run("echo a\0b")).rejects.toThrow(TypeError);
      await expect(run("echo", { args: ["a\0b"] })).rejects.toThrow(TypeError);
    });

    test("a cut link is lost, and the next run connects again", async ({ skip }) => {
      const { cut } = opened;
      if (cut === undefined) return skip("runs where there is a link to cut");
      const started = Promise.withResolvers<void>();
      const running = run("echo started; sleep 60", { onStdout: () => started.resolve() });
      await started.promise;
      cut();
      expect((await running).outcome).toBe("lost");
      expect(await run("echo again")).toMatchObject({
        outcome: "exited",
        code: 0,
        stdout: Buffer.from("again\n"),
      });
    });

    test("a link that was cut while nobody used it is not noticed", async ({ skip }) => {
      const { cut } = opened;
      if (cut === undefined) return skip("runs where there is a link to cut");
      await run(":");
      cut();
      expect(await run("echo again")).toMatchObject({ outcome: "exited", code: 0 });
    });
  });
}

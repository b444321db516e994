import { appendFileSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Child, runChild } from "../../test/child.ts";
import { noPostgres, type PostgresServer, startPostgresServer } from "../../test/postgres-server.ts";
import { PasserelleError } from "../errors.ts";
import { type Durable, type DurableOptions, openDurable } from "./durable.ts";
import type { Step } from "./durable-steps.ts";
import { EngineError } from "./engine-error.ts";

for (const engine of ["SQLite", "PostgreSQL"] as const) {
  const missing = engine === "SQLite" ? undefined : noPostgres;
  describe.skipIf(missing)(
    `durable stories on ${engine}${missing === undefined ? "" : ` (${missing})`}`,
    () => {
      let dataDir: string;
      let diary: string;
      let databaseUrl: string | undefined;
      let server: PostgresServer | undefined;
      const opened: Durable[] = [];
      const children: Child[] = [];
      const logged: string[] = [];

      beforeAll(async () => {
        if (engine === "PostgreSQL") server = await startPostgresServer();
      }, 120_000);
      afterAll(() => server?.remove());

      beforeEach(async () => {
        databaseUrl = await server?.database();
        dataDir = await mkdtemp(join(tmpdir(), "passerelle-durable-"));
        diary = join(dataDir, "diary");
        appendFileSync(diary, "");
        logged.length = 0;
      });

      afterEach(async () => {
        await Promise.all(children.splice(0).map((child) => child.kill()));
        await Promise.all(opened.splice(0).map((each) => each.stop()));
        await rm(dataDir, { recursive: true, force: true });
      });

      const open = async (options: Partial<DurableOptions> = {}): Promise<Durable> => {
        const log = (details: object, message: string): void => {
          const { err } = details as { err?: unknown };
          logged.push(`${message}${err instanceof Error ? `: ${err.message}` : ""}`);
        };
        const durable = await openDurable({
          dataDir,
          databaseUrl,
          exclusive: true,
          leaseSeconds: 2,
          graceSeconds: 5,
          logger: { warn: log, error: log },
          ...options,
        });
        opened.push(durable);
        return durable;
      };

      /** Defines one story and starts one run of it. */
      const tell = async (story: (step: Step) => Promise<unknown>, durable?: Durable): Promise<Durable> => {
        const teller = durable ?? (await open());
        const start = teller.define("story", "1", (_input: undefined, step) => story(step));
        await teller.start();
        await start("run", undefined);
        return teller;
      };

      const ended = async (durable: Durable, id = "run"): Promise<string> => {
        for (;;) {
          const state = await durable.state(id);
          if (state === "completed" || state === "failed") return state;
          await sleep(20);
        }
      };

      const note = (line: string): void => appendFileSync(diary, `${line}\n`);
      const notes = (): string[] => readFileSync(diary, "utf8").split("\n").filter(Boolean);

      /** A process that tells a story of four steps and stops where it is told to: `in 2` or `after 2`. */
      const teller = (halt: string, options = "", run = "run"): Child => {
        const child = runChild(
          import.meta.url,
          `
        const { appendFileSync } = await load("node:fs");
        const { openDurable } = await load("./durable.ts");
        const diary = process.env.DIARY;
        const logger = { warn: () => {}, error: () => {} };
        const durable = await openDurable({ dataDir: process.env.DATA_DIR, databaseUrl: process.env.URL || undefined,
          exclusive: true, leaseSeconds: 2, graceSeconds: 5, logger, ${options} });
        const halted = async (where) => {
          if (where !== ${JSON.stringify(halt)}) return;
          console.log("halted");
          await new Promise((resolve) => process.stdin.once("data", resolve));
        };
        const start = durable.define("story", "1", async (input, step) => {
          for (const number of [1, 2, 3, 4]) {
            const told = await step("step-" + number, async ({ attempt }) => {
              appendFileSync(diary, "begin " + number + " attempt " + attempt + "\\n");
              await halted("in " + number);
              return { number, by: process.pid };
            });
            appendFileSync(diary, "told " + told.number + "\\n");
            await halted("after " + number);
          }
          appendFileSync(diary, "end " + input.name + "\\n");
        });
        process.on("SIGTERM", async () => {
          await durable.stop();
          console.log("stopped");
          process.exit(0);
        });
        await durable.start();
        await start(${JSON.stringify(run)}, { name: "caf\\udce9" });
        while ((await durable.state(${JSON.stringify(run)})) === "running") await new Promise((r) => setTimeout(r, 20));
        console.log(await durable.state(${JSON.stringify(run)}));
        process.exit(0);
        `,
          { env: { DATA_DIR: dataDir, DIARY: diary, URL: databaseUrl ?? "" } },
        );
        children.push(child);
        return child;
      };

      test("tells a story once per id, soon after it is asked for", async () => {
        const durable = await open();
        const start = durable.define("story", "1", async (input: { path: string }, step) => {
          note(await step("look", async () => `found ${JSON.stringify(input.path)}`));
        });
        await durable.start();
        await sleep(700);
        expect(await durable.state("run")).toBe("unknown");
        const before = performance.now();
        await Promise.all([1, 2, 3].map(() => start("run", { path: "caf\udce9\0" })));
        expect(await ended(durable)).toBe("completed");
        expect(performance.now() - before).toBeLessThan(5000);
        await start("run", { path: "again" });
        await sleep(700);
        expect(notes()).toEqual([`found ${JSON.stringify("caf\udce9\0")}`]);
      });

      test("hands a run over to the process that works", async () => {
        const waiting = await open({ exclusive: false });
        const hand = waiting.define("story", "1", async () => note("by the wrong one"));
        await hand("run", undefined);
        expect(await waiting.state("run")).toBe("running");
        const working = await open();
        working.define("story", "1", async () => note("by the right one"));
        await working.start();
        expect(await ended(waiting)).toBe("completed");
        expect(notes()).toEqual(["by the right one"]);
      });

      const halts = ["in 2", "after 2", "in 1", "after 1", "in 3", "after 3", "in 4", "after 4"];
      // On PostgreSQL each of them waits for the dead owner's lease.
      test.each(engine === "SQLite" ? halts : halts.slice(0, 2))(
        "goes on after a kill %s: nothing that was recorded is done again, and what was cut off is",
        async (halt) => {
          // Alone on its data directory nobody waits for a dead owner's lease, however long it is.
          const lease = engine === "SQLite" ? "leaseSeconds: 600" : "";
          const first = teller(halt, lease);
          expect(await first.line()).toBe("halted");
          await first.kill();
          expect(await teller("nowhere", lease).line()).toBe("completed");
          const cut = halt.startsWith("in ") ? Number(halt.slice(3)) : undefined;
          const begun = notes().filter((line) => line.startsWith("begin"));
          const expected = [1, 2, 3, 4].flatMap((number) =>
            number === cut
              ? [`begin ${number} attempt 1`, `begin ${number} attempt 2`]
              : [`begin ${number} attempt 1`],
          );
          expect(begun).toEqual(expected);
          expect(notes().filter((line) => line.startsWith("end"))).toHaveLength(1);
        },
      );

      test("counts how often a step was cut off", async () => {
        for (let round = 0; round < 3; round += 1) {
          const child = teller("in 3");
          expect(await child.line()).toBe("halted");
          await child.kill();
        }
        expect(await teller("nowhere").line()).toBe("completed");
        const begun = notes().filter((line) => line.startsWith("begin 3"));
        expect(begun).toEqual([1, 2, 3, 4].map((attempt) => `begin 3 attempt ${attempt}`));
      });

      test("a process that was stopped past its lease records nothing and tells nothing more", async () => {
        const zombie = teller("in 2", "exclusive: false, leaseSeconds: 4");
        expect(await zombie.line()).toBe("halted");
        zombie.signal("SIGSTOP");
        const heir = teller("in 3", "exclusive: false, leaseSeconds: 4");
        expect(await heir.line()).toBe("halted");
        zombie.write("go on\n");
        zombie.signal("SIGCONT");
        await sleep(1500);
        expect(notes()).toEqual([
          "begin 1 attempt 1",
          "told 1",
          "begin 2 attempt 1",
          "told 1",
          "begin 2 attempt 2",
          "told 2",
          "begin 3 attempt 1",
        ]);
        heir.write("go on\n");
        expect(await heir.line()).toBe("completed");
        expect(await zombie.line()).toBe("completed");
        expect(notes().slice(7)).toEqual([
          "told 3",
          "begin 4 attempt 1",
          "told 4",
          expect.stringMatching(/^end/),
        ]);
      });

      test("stops after the step that runs, and the next process goes on at once", async () => {
        const first = teller("in 2");
        expect(await first.line()).toBe("halted");
        first.signal("SIGTERM");
        await sleep(300);
        first.write("go on\n");
        expect(await first.line()).toBe("stopped");
        expect(notes().at(-1)).toBe("told 2");
        expect(await teller("nowhere").line()).toBe("completed");
        expect(notes().filter((line) => line.startsWith("begin"))).toEqual(
          [1, 2, 3, 4].map((number) => `begin ${number} attempt 1`),
        );
      });

      test("stops in bounded time when a step does not end", async () => {
        const first = teller("in 2", "graceSeconds: 0.5");
        expect(await first.line()).toBe("halted");
        first.signal("SIGTERM");
        expect(await first.line()).toBe("stopped");
        expect(await teller("nowhere").line()).toBe("completed");
      });

      test("holds its lease through a step much longer than the lease", async () => {
        const other = await open({ exclusive: false });
        other.define("story", "1", async () => note("told by two"));
        const durable = await open({ exclusive: false });
        await tell(async (step) => {
          await step("long", () => sleep(7000));
          note("end");
        }, durable);
        await sleep(300);
        await other.start();
        expect(await ended(durable)).toBe("completed");
        expect(notes()).toEqual(["end"]);
      });

      test("does not take over its own run after its process stood still past the lease", async () => {
        const durable = await tell(async (step) => {
          await step("block", async () => {
            note("begin");
            const until = Date.now() + 3000;
            while (Date.now() < until);
            await sleep(500);
          });
          note("end");
        });
        expect(await ended(durable)).toBe("completed");
        expect(notes()).toEqual(["begin", "end"]);
      });

      test("a step that failed is not done again: the story hears the same failure on replay", async () => {
        let told = 0;
        const story = (halt: boolean) => async (step: Step) => {
          const heard: unknown[] = [];
          for (const error of [new PasserelleError("disk-full", { host: "h" }), new RangeError("too far")]) {
            await step("fail", async () => {
              told += 1;
              throw error;
            }).catch((failure: unknown) => heard.push(failure));
          }
          const [known, unknown] = heard;
          note(known instanceof PasserelleError ? `${known.code} of ${known.details["host"]}` : "lost");
          note(String(unknown));
          if (halt) await new Promise(() => {});
        };
        const first = await tell(story(true), await open({ graceSeconds: 0.2 }));
        while (notes().length < 2) await sleep(20);
        await first.stop();
        const second = await open();
        second.define("story", "1", (_input, step) => story(false)(step));
        await second.start();
        expect(await ended(second)).toBe("completed");
        expect(told).toBe(2);
        expect(notes()).toEqual(Array(2).fill(["disk-full of h", "RangeError: too far"]).flat());
      });

      test("a story that throws has failed, and its words go to the log only", async () => {
        const durable = await tell(async (step) => {
          await step("a", async () => 1);
          throw new Error("our bug");
        });
        expect(await ended(durable)).toBe("failed");
        expect(logged).toEqual(["a story failed: nothing goes on with it: our bug"]);
      });

      test("code that asks for other steps than were recorded fails before it does anything", async () => {
        const first = teller("in 3");
        expect(await first.line()).toBe("halted");
        await first.kill();
        const changed = await open();
        changed.define("story", "1", async (_input, step) => {
          await step("step-1", async () => note("again"));
          try {
            await step("inserted", async () => note("inserted"));
          } catch (error) {
            note(error instanceof EngineError ? error.trouble : "something else");
            throw error;
          }
        });
        await changed.start();
        expect(await ended(changed)).toBe("failed");
        expect(notes().slice(-2)).toEqual(["begin 3 attempt 1", "history-mismatch"]);
      });

      test("a result too large to be recorded is no failure of the step", async () => {
        const durable = await tell(async (step) => {
          await step("large", async () => "x".repeat(70_000)).catch((error: unknown) => {
            note(error instanceof EngineError ? error.trouble : "something else");
            throw error;
          });
        });
        expect(await ended(durable)).toBe("failed");
        expect(notes()).toEqual(["result-too-large"]);
      });

      test("a step that cannot reach our own database is tried again, and the story hears nothing of it", async () => {
        let tries = 0;
        const durable = await tell(async (step) => {
          const answer = await step("ask", async () => {
            tries += 1;
            if (tries === 1) throw new PasserelleError("database-unusable", { reason: "full" });
            return "answered";
          }).catch((error: unknown) => `heard ${String(error)}`);
          note(answer);
        });
        expect(await ended(durable)).toBe("completed");
        expect([tries, notes()]).toEqual([2, ["answered"]]);
      });

      test("steps side by side are recorded each, and a failure is told when all have ended", async () => {
        const durable = await tell(async (step) => {
          const both = Promise.all([
            step("fails", async () => {
              throw new Error("at once");
            }),
            step("works", async () => {
              await sleep(400);
              note("worked");
            }),
          ]);
          await both.catch((error: unknown) => note(`heard ${String(error)}`));
          note(String(await step("fails", async () => "same name, other step")));
        });
        expect(await ended(durable)).toBe("completed");
        expect(notes()).toEqual(["worked", "heard Error: at once", "same name, other step"]);
      });

      test("what a step returns is the same the first time as on replay", async () => {
        const durable = await tell(async (step) => {
          note(JSON.stringify(await step("a", async () => ({ at: new Date(0), none: undefined }))));
          note(String(await step("b", async () => undefined)));
          note(JSON.stringify(await step("c", async () => "caf\udce9\0")));
        });
        expect(await ended(durable)).toBe("completed");
        expect(notes()).toEqual([
          '{"at":"1970-01-01T00:00:00.000Z"}',
          "undefined",
          JSON.stringify("caf\udce9\0"),
        ]);
      });

      test("two processes share the runs, and none is told twice", async () => {
        const together = "exclusive: false, leaseSeconds: 20";
        const tellers = [0, 1].map(() => teller("nowhere", together));
        const more = Array.from({ length: 6 }, (_, index) => teller("nowhere", together, `run-${index % 3}`));
        for (const child of [...tellers, ...more]) expect(await child.line()).toBe("completed");
        expect(notes().filter((line) => line.startsWith("end"))).toHaveLength(4);
        expect(notes().filter((line) => line.startsWith("begin"))).toHaveLength(16);
      });

      test("names the runs that this build has no story for", async () => {
        const old = await open({ exclusive: false });
        await old.define("story", "0", async () => {})("old", undefined);
        const durable = await open({ exclusive: engine === "SQLite" });
        durable.define("story", "1", async () => {});
        expect(await durable.strangers()).toEqual([{ id: "old", name: "story", version: "0" }]);
        await durable.start();
        await sleep(300);
        // Alone on its data directory nobody else can go on with it; on PostgreSQL an older bot may be there.
        expect(await durable.state("old")).toBe(engine === "SQLite" ? "failed" : "running");
      });
    },
  );
}

test("a database of the engine that is broken is named, with what mends it", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "passerelle-durable-"));
  const file = join(dataDir, "workflows.db");
  appendFileSync(file, "not a database, but long enough to have a header of one hundred bytes ".repeat(9));
  const logger = { warn: () => {}, error: () => {} };
  await expect(
    openDurable({ dataDir, databaseUrl: undefined, exclusive: true, logger }),
  ).rejects.toMatchObject({
    code: "database-unusable",
    details: { where: file, reason: "corrupt" },
  });
  await rm(dataDir, { recursive: true });
});

describe.skipIf(noPostgres)(
  `durable stories while PostgreSQL dies${noPostgres ? ` (${noPostgres})` : ""}`,
  () => {
    test("keep what was done in the meantime, do nothing twice and go on", async () => {
      const server = await startPostgresServer();
      const warned: string[] = [];
      const log = (_details: object, message: string): void => {
        warned.push(message);
      };
      const durable = await openDurable({
        dataDir: "/nonexistent",
        databaseUrl: await server.database(),
        exclusive: true,
        logger: { warn: log, error: log },
      });
      try {
        const done: string[] = [];
        const begun = Promise.withResolvers<void>();
        const start = durable.define("story", "1", async (_input: undefined, step) => {
          await step("during", async () => {
            begun.resolve();
            await sleep(1000);
            done.push("during");
          });
          await step("after", async () => done.push("after"));
        });
        await durable.start();
        await start("run", undefined);
        await begun.promise;
        await server.kill();
        await sleep(3000);
        expect(done).toEqual(["during"]);
        await server.start();
        while ((await durable.state("run")) === "running") await sleep(50);
        expect(await durable.state("run")).toBe("completed");
        expect(done).toEqual(["during", "after"]);
        expect(warned).toEqual(["the database of the steps does not answer; steps wait for it"]);
      } finally {
        await durable.stop();
        await server.remove();
      }
    }, 120_000);
  },
);

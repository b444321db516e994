import { expect, test } from "vitest";
import { createOneAtATime } from "./one-at-a-time.ts";

const moment = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("what is asked for many times at once is done once", async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const queue = createOneAtATime<string>({
    deed: async () => {
      running += 1;
      most = Math.max(most, running);
      await moment(30);
      running -= 1;
      done += 1;
      return true;
    },
    spacingMilliseconds: 1,
    waitAfter: () => 1,
  });
  for (let count = 0; count < 50; count += 1) queue.ask("plan", false);
  await moment(200);
  await queue.stop();
  expect({ most, done }).toEqual({ most: 1, done: 1 });
});

test("a change that comes while the last one is being told is not lost", async () => {
  let state = 0;
  let told = 0;
  const queue = createOneAtATime<string>({
    deed: async () => {
      const seen = state;
      await moment(20);
      told = seen;
      return true;
    },
    spacingMilliseconds: 10,
    waitAfter: () => 1,
  });
  for (state = 1; state < 40; state += 1) {
    queue.ask("plan", false);
    await moment(3);
  }
  queue.ask("plan", false);
  await expect.poll(() => told, { timeout: 5000 }).toBe(40);
  await queue.stop();
});

test("a failure is tried again until it works, with the wait it asks for", async () => {
  const waits: number[] = [];
  let left = 3;
  const done = Promise.withResolvers<void>();
  const queue = createOneAtATime<string>({
    deed: async () => {
      left -= 1;
      if (left > 0) throw new Error("away");
      done.resolve();
      return true;
    },
    spacingMilliseconds: 1,
    waitAfter: (_, __, failures) => {
      waits.push(failures);
      return 5;
    },
  });
  queue.ask("plan", true);
  await done.promise;
  await queue.stop();
  expect(waits).toEqual([1, 2]);
});

test("after a stop nothing is begun", async () => {
  let done = 0;
  const queue = createOneAtATime<string>({
    deed: async () => {
      done += 1;
      return false;
    },
    spacingMilliseconds: 1,
    waitAfter: () => 1,
  });
  await queue.stop();
  queue.ask("plan", true);
  await moment(20);
  expect(done).toBe(0);
});

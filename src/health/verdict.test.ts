import fc from "fast-check";
import { expect, test } from "vitest";
import type { HealthConfig } from "../config/config.ts";
import { bad, good, type Probed, unreached } from "./probe.ts";
import { judge, newWatch, type Verdict } from "./verdict.ts";

const page = { url: "http://a/", status: undefined, contains: undefined, timeoutSeconds: 10 };
const health: HealthConfig = {
  startPeriodSeconds: 60,
  deadlineSeconds: 300,
  successes: 2,
  intervalSeconds: 2,
  http: [page],
  container: undefined,
  logs: undefined,
};

const up = good("GET http://a", "200", 1);
const down = bad("GET http://a", "503", { trouble: "GET http://a answered 503" });
const error = bad("log", "1 line matches x", { trouble: "the log says x", hopeless: true });
const away = unreached("GET http://a", "prod", "connection lost");

type Seen = { readonly at: number; readonly probes: readonly Probed[]; readonly restarts?: number };

/** The verdict after the last look, all before it undecided. */
function after(looks: readonly Seen[], config: HealthConfig = health): Verdict {
  let watch = newWatch;
  let verdict: Verdict = { is: "undecided" };
  for (const [index, { at, probes, restarts }] of looks.entries()) {
    ({ watch, verdict } = judge(config, watch, { probes, restarts }, at));
    if (index < looks.length - 1) expect(verdict).toEqual({ is: "undecided" });
  }
  return verdict;
}

test("good looks in a row make it healthy, also inside the start period", () => {
  expect(
    after([
      { at: 1, probes: [up] },
      { at: 3, probes: [up] },
    ]),
  ).toEqual({ is: "healthy" });
});

test("a failure between them begins the row anew", () => {
  const looks = [
    { at: 1, probes: [up] },
    { at: 3, probes: [down] },
    { at: 5, probes: [up] },
  ];
  expect(after(looks)).toEqual({ is: "undecided" });
  expect(after([...looks, { at: 7, probes: [up] }])).toEqual({ is: "healthy" });
});

test("failures wait for the deadline, then the last of them is the reason", () => {
  expect(
    after([
      { at: 1, probes: [down] },
      { at: 200, probes: [down] },
    ]),
  ).toEqual({ is: "undecided" });
  expect(
    after([
      { at: 1, probes: [down] },
      { at: 300, probes: [up, down] },
    ]),
  ).toEqual({
    is: "unhealthy",
    reason: "GET http://a answered 503",
  });
});

test("good looks that come too late for the row are too late", () => {
  expect(
    after([
      { at: 299, probes: [down] },
      { at: 300, probes: [up] },
    ]),
  ).toEqual({
    is: "unhealthy",
    reason: "only 1 of 2 good looks in a row within 300 s",
  });
});

test("the look that completes the row wins even at the deadline", () => {
  expect(
    after([
      { at: 299, probes: [up] },
      { at: 301, probes: [up] },
    ]),
  ).toEqual({ is: "healthy" });
});

test("what is hopeless ends it at once after the start period, inside it when two looks in a row have seen it", () => {
  expect(after([{ at: 61, probes: [up, error] }])).toEqual({ is: "unhealthy", reason: "the log says x" });
  expect(after([{ at: 1, probes: [error] }])).toEqual({ is: "undecided" });
  expect(
    after([
      { at: 1, probes: [error] },
      { at: 3, probes: [down] },
      { at: 5, probes: [error] },
    ]),
  ).toEqual({ is: "undecided" });
  expect(
    after([
      { at: 1, probes: [error] },
      { at: 3, probes: [error] },
    ]),
  ).toMatchObject({ is: "unhealthy" });
});

test("a container that Docker starts again and again is no healthy one", () => {
  const running = good("container", "running", 1);
  const config = { ...health, container: "shop" };
  expect(
    after(
      [
        { at: 1, probes: [running], restarts: 4 },
        { at: 3, probes: [running], restarts: 5 },
      ],
      config,
    ),
  ).toEqual({ is: "undecided" });
  expect(
    after(
      [4, 5, 6]
        .map((restarts) => ({ at: restarts, probes: [running], restarts }))
        .concat({ at: 61, probes: [running], restarts: 7 }),
      config,
    ),
  ).toEqual({
    is: "unhealthy",
    reason: "the container was started again by Docker 3 times since the restart",
  });
});

test("a container that was restarted before we looked is judged by what it does now", () => {
  const running = good("container", "running", 1);
  expect(
    after(
      [1, 3].map((at) => ({ at, probes: [running], restarts: 9 })),
      { ...health, container: "shop" },
    ),
  ).toEqual({ is: "healthy" });
});

test("a clean log alone says nothing before the start period is over", () => {
  const config = { ...health, http: [], logs: { command: "x", tail: 5, forbid: [] } };
  const clean = good("log", "0 lines", 1);
  const looks = [1, 3, 5, 59].map((at) => ({ at, probes: [clean] }));
  expect(after(looks, config)).toEqual({ is: "undecided" });
  expect(after([...looks, { at: 60, probes: [clean] }], config)).toEqual({ is: "healthy" });
});

test("a host that is out of reach is no unhealthy app, not even at the deadline", () => {
  expect(
    after([
      { at: 1, probes: [up] },
      { at: 3, probes: [away] },
      { at: 5, probes: [up] },
    ]),
  ).toEqual({ is: "undecided" });
  expect(
    after([
      { at: 1, probes: [down] },
      { at: 300, probes: [away] },
    ]),
  ).toEqual({
    is: "unreached",
    reason: "prod could not be asked (connection lost)",
  });
});

test("whatever is seen, it ends by the deadline, and never as healthy after a bad look", () => {
  const seen = fc.constantFrom([up], [down], [error], [up, down], [away]);
  fc.assert(
    fc.property(fc.array(seen, { minLength: 1, maxLength: 30 }), (looks) => {
      let watch = newWatch;
      for (const [index, probes] of looks.entries()) {
        const at = ((index + 1) / looks.length) * 300;
        const judged = judge(health, watch, { probes, restarts: undefined }, at);
        watch = judged.watch;
        if (judged.verdict.is === "healthy") expect(probes).toEqual([up]);
        if (judged.verdict.is !== "undecided") return;
        expect(at).toBeLessThan(300);
      }
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ending, PromotionRecord } from "../../promotion/promotions.ts";
import { textsFor } from "../../texts/texts.ts";
import { fits } from "./budget.ts";
import { closedPlanMessage } from "./closed-plan-message.ts";
import { endedMessage } from "./ended-message.ts";
import { runningMessage } from "./running-message.ts";
import { english, event, planRecord, promotion, step } from "./sample-records.ts";
import { tellingLines } from "./telling-lines.ts";
import { threadReplies } from "./thread-lines.ts";
import { createVoice } from "./voice.ts";

const now = new Date("2026-11-22T07:25:18.000Z");

function texts(blocks: readonly unknown[]): readonly string[] {
  return blocks.flatMap((block) => stringsIn(block));
}
function stringsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "text" && typeof inner === "string" ? [inner] : stringsIn(inner),
  );
}

test("a running promotion shows its steps with what each came to and how long it took", () => {
  expect(texts(runningMessage(english, promotion, now).blocks)).toEqual([
    ":rocket: *Promoting kitchen to PROD* · approved by <@U02BO> · step 4 of 5 · 18 s",
    [
      ":white_check_mark: Lock — 200 ms",
      ":white_check_mark: Back up — 214 MB · 6 s",
      ":white_check_mark: Swap — 3 files · 40 ms",
      ":arrows_counterclockwise: *Health check* — 9 s",
      ":white_circle: Finish",
    ].join("\n"),
    "Stop and roll back",
    "Stop this promotion?",
    "PROD goes back to what it was before, and is checked.",
    "Stop",
    "Let it run",
    "`pr_51` · progress in the thread",
  ]);
});

test("a promotion that is being stopped offers no second stop", () => {
  const shown = JSON.stringify(runningMessage(english, { ...promotion, stopRequestedBy: "U03CY" }, now));
  expect(shown).toContain("Stopping — PROD of kitchen goes back to what it was");
  expect(shown).not.toContain("promotion.stop");
});

const impact = {
  filesChanged: 3,
  bytesBefore: 17_408,
  bytesAfter: 39_424,
  linesAdded: 540,
  linesRemoved: 37,
  healthBefore: "200 in 91 ms",
  healthAfter: "200 in 84 ms",
  downtimeSeconds: 3.2,
  swapMilliseconds: 40,
};

test("a success compares before and after, and offers the way back", () => {
  const record: PromotionRecord = { ...promotion, status: "done", finishedAt: "2026-11-22T07:25:42.000Z" };
  const message = endedMessage(english, record, { outcome: "done", impact }, []);
  expect(message.text).toBe("kitchen: PROD of kitchen is up to date and healthy");
  expect(texts(message.blocks)).toEqual([
    ":white_check_mark: *PROD of kitchen is up to date and healthy* · 3 files in 42 s · approved by <@U02BO>",
    ...["Check", "Before", "After"],
    ...["Size of the changed files", "17 KB", "38.5 KB"],
    ...["Lines", "−37", "+540"],
    ...["Health", "200 in 91 ms", "200 in 84 ms"],
    ...["Not answering", "—", "3.2 s"],
    "Roll back…",
    "Full log",
    "swapped in 40 ms · restore point `pr_51` · `pl_7f3a`",
  ]);
});

const rolledBack: Ending = {
  outcome: "rolled-back",
  failedStep: "health",
  because: { code: "unhealthy", details: { reason: "GET /health answered 503" } },
  health: "healthy",
};

test("a failure says what PROD is first, then why, then shows the output", () => {
  const record: PromotionRecord = {
    ...promotion,
    status: "rolled-back",
    finishedAt: "2026-11-22T07:26:12.000Z",
    steps: [
      step("swap", "done", "07:25:07", "07:25:07.040", {}),
      step("health", "failed", "07:25:09", "07:25:39", {}),
      step("finish", "waiting", undefined, undefined, {}),
      step("swap-back", "done", "07:25:39", "07:25:40", {}),
    ],
    ending: rolledBack,
  };
  const message = endedMessage(english, record, rolledBack, [
    "worker Error: <!channel> connect ECONNREFUSED",
  ]);
  expect(message.text).toBe(
    "kitchen: PROD is back as it was, and healthy — the promotion failed at “Health check”",
  );
  expect(texts(message.blocks).slice(0, 3)).toEqual([
    ":leftwards_arrow_with_hook: *PROD is back as it was, and healthy* — the promotion failed at “Health check” · after 1 min 12 s · approved by <@U02BO>",
    [
      ":white_check_mark: Swap — 40 ms",
      ":x: *Health check* — PROD was not healthy (GET /health answered 503). Look at the log lines, correct PREPROD, then make a new plan. · 30 s",
      ":leftwards_arrow_with_hook: Swap back — 1 s",
    ].join("\n"),
    "worker Error: <!channel> connect ECONNREFUSED",
  ]);
  expect(JSON.stringify(message.blocks)).toContain("plan.refresh");
});

test.each([
  ["Node says it first", ["boot", "Error: ENOENT", ...Array(20).fill("    at somewhere")], "Error: ENOENT"],
  [
    "Python says it last",
    [...Array(20).fill("  File x"), "ModuleNotFoundError: polars"],
    "ModuleNotFoundError: polars",
  ],
  ["nobody says it", Array.from({ length: 20 }, (_, index) => `line ${index}`), "line 19"],
])("of long output the lines that tell are shown: %s", (_, lines, telling) => {
  expect(tellingLines(lines, 10)).toHaveLength(10);
  expect(tellingLines(lines, 10)).toContain(telling);
  const ended = { ...promotion, status: "rolled-back", ending: rolledBack } as const;
  expect(texts(endedMessage(english, ended, rolledBack, lines).blocks).join("\n")).toContain(telling);
});

test("a stop names who asked for it and calls nobody's work a failure", () => {
  const ending: Ending = { ...rolledBack, because: { code: "stopped", details: { by: "U03CY" } } };
  const message = endedMessage(english, { ...promotion, status: "rolled-back" }, ending, []);
  expect(message.text).toBe("kitchen: PROD is back as it was, and healthy — stopped by <@U03CY>");
});

test("a parked promotion shows its next commands whole, in order", () => {
  const commands = [`docker-compose -f ${"long/".repeat(60)}compose.yml up -d`, "passerelle unlock kitchen"];
  const ending: Ending = {
    outcome: "parked",
    failedStep: "swap-back",
    because: { code: "host-lost", details: { host: "dataia" } },
    commands,
  };
  const message = endedMessage(english, { ...promotion, status: "parked" }, ending, []);
  expect(texts(message.blocks)).toContain(commands.join("\n"));
  expect(message.text).toContain("needs a person");
});

test("a rejection carries its reason, escaped, and says that nothing was changed", () => {
  const decision = {
    by: "U02BO",
    verdict: "reject",
    at: "2026-11-22T07:25:00.000Z",
    reason: "not <!here> & not now",
    via: "slack",
  } as const;
  const message = closedPlanMessage(english, { ...planRecord, status: "rejected", decisions: [decision] });
  expect(message.text).toBe("kitchen: Rejected by <@U02BO> — “not &lt;!here&gt; &amp; not now”");
  expect(JSON.stringify(message.blocks)).toContain("nothing was changed on PROD");
});

test("a stale plan names what moved and offers a new one", () => {
  const message = closedPlanMessage(english, {
    ...planRecord,
    status: "stale",
    moved: ["config/app.yaml", "web/server.js"],
  });
  expect(texts(message.blocks)[0]).toBe(
    ":hourglass: *This plan is stale — nothing was changed.*\nChanged after the plan was made: `config/app.yaml`, `web/server.js`",
  );
  expect(JSON.stringify(message.blocks)).toContain("plan.refresh");
});

test("the thread tells steps in order, shares replies, and mentions people only at the end", () => {
  const ended: PromotionRecord = { ...promotion, status: "rolled-back", ending: rolledBack };
  const events = [
    event(1, "step-started", { step: "lock" }),
    event(2, "step-done", { step: "lock" }),
    event(3, "step-done", { step: "back-up", facts: { bytes: 224_395_264 } }),
    event(4, "step-failed", { step: "health", facts: { code: "unhealthy" }, excerpt: ["503"] }),
    event(5, "log", { step: "health", excerpt: ["noise"] }),
    event(6, "ended"),
  ];
  const { replies, lastSequence } = threadReplies(english, ended, events);
  expect(lastSequence).toBe(6);
  expect(replies.map(({ sequence, broadcast }) => ({ sequence, broadcast }))).toEqual([
    { sequence: 4, broadcast: false },
    { sequence: 6, broadcast: true },
  ]);
  expect(texts(replies[0]?.message.blocks ?? [])).toEqual([
    ":white_check_mark: Lock — 200 ms\n:white_check_mark: Back up — 214 MB · 6 s\n:x: *Health check* — PROD was not healthy (GET /health answered 503). Look at the log lines, correct PREPROD, then make a new plan. · 21 s",
    "503",
  ]);
  expect(texts(replies[1]?.message.blocks ?? [])[0]).toMatch(/<@U01ANA> <@U02BO>$/);
});

test("what is only progress needs no reply", () => {
  expect(threadReplies(english, promotion, [event(1, "step-started"), event(2, "step-progress")])).toEqual({
    replies: [],
    lastSequence: 2,
  });
});

test("a secret is masked before it is shown, in output and in reasons alike", () => {
  const voice = createVoice({ texts: textsFor("en"), mask: (text) => text.replaceAll("hunter2", "•••") });
  const message = endedMessage(voice, { ...promotion, reason: "see hunter2" }, rolledBack, [
    "password=hunter2",
  ]);
  const replies = threadReplies(voice, promotion, [
    event(1, "step-failed", { step: "health", excerpt: ["hunter2"] }),
  ]);
  expect(JSON.stringify([message, replies])).not.toContain("hunter2");
});

test("no ending breaks a limit, whatever the machines said", { timeout: 60_000 }, () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.constantFrom("&".repeat(2000), "名".repeat(2000), "<@U1>".repeat(500)),
  );
  fc.assert(
    fc.property(
      nasty,
      fc.array(nasty, { maxLength: 40 }),
      fc.constantFrom("rolled-back", "refused", "parked"),
      (words, lines, outcome) => {
        const because = { code: "command-failed", details: { command: words, stderr: words, host: words } };
        const ending = {
          outcome,
          failedStep: "restart",
          because,
          health: "unhealthy",
          moved: lines,
          commands: lines,
        } as Ending;
        const record: PromotionRecord = {
          ...promotion,
          app: words,
          reason: words,
          approvedBy: lines,
          steps: promotion.steps.map((each) => ({ ...each, facts: { reason: words, archive: words } })),
          ending,
        };
        expect(fits(endedMessage(english, record, ending, lines))).toBe(true);
        expect(fits(runningMessage(english, record, now))).toBe(true);
        const told = [
          event(1, "step-failed", { step: "restart", facts: { code: "x", reason: words }, excerpt: lines }),
          event(2, "ended"),
        ];
        for (const { message } of threadReplies(english, record, told).replies)
          expect(fits(message)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test("the checklist has a counterpart for each line of the team's own page", () => {
  const steps = [
    step("back-up", "done", "07:25:01", "07:25:07", {
      ...{ bytes: 224_395_264, files: 41, archive: "backup_prod_20261122_pr_51.tar.gz", verified: true },
    }),
    step("stage", "done", "07:25:07", "07:25:08", {
      ...{ files: 17, bytes: 470_000, added: 14, changed: 3, removed: 0 },
      places: "streamlit/visualization/ 8 · streamlit/utils/ 3 · streamlit/assets/ 3",
    }),
    step("swap", "done", "07:25:08", "07:25:08.040", { same: "pyproject.toml, uv.lock" }),
    step("restart", "done", "07:25:08", "07:25:11", {}),
    step("health", "done", "07:25:11", "07:26:41", {
      ...{ answersAfter: "200 in 84 ms", seenAfter: "200 in 84 ms, 9 lines", logErrorsAfter: 0 },
    }),
  ];
  expect(texts(runningMessage(english, { ...promotion, steps }, now).blocks)[1]).toBe(
    [
      ":white_check_mark: Back up — 41 files, 214 MB, verified, `backup_prod_20261122_pr_51.tar.gz` · 6 s",
      ":white_check_mark: Stage — 17 files, 14 new, 3 changed, 459 KB, streamlit/visualization/ 8 · streamlit/utils/ 3 · streamlit/assets/ 3 · 1 s",
      ":white_check_mark: Swap — pyproject.toml, uv.lock as in PREPROD · 40 ms",
      ":white_check_mark: Restart — 3 s",
      ":white_check_mark: Health check — 200 in 84 ms, no errors in the log · 1 min 30 s",
    ].join("\n"),
  );
});

test("staging something large says how far it is, how fast, and how long it will take", () => {
  const steps = [
    step("stage", "running", "07:25:07", undefined, {
      ...{ staged: 224_395_264, stagedOf: 609_222_656, rate: 54_525_952, secondsLeft: 8, attempt: 1 },
    }),
  ];
  expect(texts(runningMessage(english, { ...promotion, steps }, now).blocks)[1]).toBe(
    ":arrows_counterclockwise: *Stage* — 214 MB of 581 MB, 52 MB/s, about 8 s left · 11 s",
  );
});

test("the table at the end has files, sizes, lines, health with its answer, the log and the downtime", () => {
  const more = {
    ...{ filesBefore: 41, filesAfter: 55, logErrorsBefore: 3, logErrorsAfter: 0 },
    ...{ answersBefore: "200 in 91 ms", answersAfter: "200 in 84 ms" },
    ...{ healthBefore: "healthy", healthAfter: "healthy" },
  };
  const ending: Ending = { outcome: "done", impact: { ...impact, ...more } };
  const record = { ...promotion, status: "done", ending, finishedAt: "2026-11-22T07:26:42.000Z" } as const;
  const table = endedMessage(english, record, ending, []).blocks.find(({ type }) => type === "table");
  expect(texts([table])).toEqual([
    ...["Check", "Before", "After"],
    ...["Files", "41", "55"],
    ...["Size of the changed files", "17 KB", "38.5 KB"],
    ...["Lines", "−37", "+540"],
    ...["Health", "healthy, 200 in 91 ms", "healthy, 200 in 84 ms"],
    ...["Errors in the log", "3 lately", "0 since the restart"],
    ...["Not answering", "—", "3.2 s"],
  ]);
});

test("a step that fails says why at once, before anybody knows how it ends", () => {
  const failures = [
    event(1, "step-failed", {
      step: "health",
      facts: { code: "unhealthy", reason: "GET http://localhost:8501 answered <503>" },
    }),
    event(2, "step-failed", { step: "restart", facts: { code: "stopped" } }),
  ];
  const { replies } = threadReplies(english, { ...promotion, stopRequestedBy: "U03CY" }, failures);
  const [line, stopped] = texts(replies[0]?.message.blocks ?? [])[0]?.split("\n") ?? [];
  expect(line).toMatch(
    /^:x: \*Health check\* — PROD was not healthy \(GET http:\/\/localhost:8501 answered &lt;503&gt;\)\./,
  );
  expect(stopped).toBe(":x: *Restart* — It was stopped by <@U03CY>.");
});

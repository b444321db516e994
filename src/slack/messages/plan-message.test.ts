import type { KnownBlock, Option } from "@slack/types";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Plan } from "../../tree/plan.ts";
import { fits } from "./budget.ts";
import { planMessage } from "./plan-message.ts";
import { approval, change, english, french, plan, restart } from "./sample-records.ts";

const view = { plan, decisions: [], approval, restart, last: undefined };

test("a plan says what changes, who may approve it, and offers the three moves", () => {
  expect(planMessage(english, view)).toEqual({
    text: "kitchen: 3 files wait for approval to go to PROD, requested by <@U01ANA>.",
    blocks: [
      { type: "header", text: { type: "plain_text", emoji: true, text: "Promote kitchen: PREPROD → PROD?" } },
      {
        type: "section",
        block_id: "sum:pl_7f3a",
        expand: true,
        text: {
          type: "mrkdwn",
          verbatim: true,
          text: "*3 files change* — 1 changed, 1 new, 1 removed · +540 −37 lines\nRequested by <@U01ANA> · plan `pl_7f3a` · made <!date^1795332132^{date_short_pretty} {time}|2026-11-22 07:22 UTC>\n*To write* 38.5 KB · *Restarts* docker-compose-prod.yml · *Last promotion* none yet",
        },
      },
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_preformatted",
            border: 0,
            elements: [
              {
                type: "text",
                text: "streamlit/                2 files, 33 KB\n - old.css                   −25   812 B\n ~ main.py              +333 −12   33 KB\n+ streamlit/utils/colors.py +207  6.3 KB",
              },
            ],
          },
        ],
      },
      {
        type: "section",
        expand: true,
        text: {
          type: "mrkdwn",
          verbatim: true,
          text: ":warning: 1 file removed from PROD: `streamlit/old.css`",
        },
      },
      {
        type: "actions",
        block_id: "act:pl_7f3a",
        elements: [
          {
            type: "button",
            action_id: "plan.approve",
            value: "pl_7f3a",
            style: "primary",
            text: { type: "plain_text", emoji: true, text: "Approve & promote" },
            accessibility_label: "Approve plan pl_7f3a and promote it to PROD",
            confirm: {
              style: "primary",
              title: { type: "plain_text", emoji: true, text: "Promote 3 files to PROD?" },
              text: {
                type: "plain_text",
                emoji: true,
                text: "A verified backup is taken first. Restarts: docker-compose-prod.yml. If PROD is not healthy afterwards, it goes back by itself.",
              },
              confirm: { type: "plain_text", emoji: true, text: "Promote" },
              deny: { type: "plain_text", emoji: true, text: "Not yet" },
            },
          },
          {
            type: "button",
            action_id: "plan.reject",
            value: "pl_7f3a",
            style: "danger",
            text: { type: "plain_text", emoji: true, text: "Reject" },
          },
          {
            type: "button",
            action_id: "plan.full_diff",
            value: "pl_7f3a",
            text: { type: "plain_text", emoji: true, text: "Full diff" },
          },
        ],
      },
      {
        type: "context",
        elements: [
          {
            type: "mrkdwn",
            verbatim: true,
            text: "Needs 1 approval from <@U02BO> and <!subteam^S0RELEASE>. Expires <!date^1795335732^{time}|2026-11-22 08:22 UTC>; a change on either side makes it stale.",
          },
        ],
      },
    ],
  });
});

test("a blocking check takes the Approve button away and says so", () => {
  const blocked: Plan = {
    ...plan,
    checks: [
      {
        id: "layout-reference",
        level: "block",
        message: "names PREPROD's layout",
        where: [{ path: "streamlit/main.py", line: 12 }],
      },
      { id: "dependencies", level: "warn", message: "polars is missing", where: [] },
    ],
  };
  const shown = JSON.stringify(planMessage(english, { ...view, plan: blocked }));
  expect(shown).not.toContain("plan.approve");
  expect(shown).toContain("plan.refresh");
  expect(shown).toContain(
    ":no_entry: Blocked: *PREPROD's layout is written into promoted files* (`layout-reference`)\\n`streamlit/main.py:12`\\n:point_right: ",
  );
  expect(shown).toContain(
    ":warning: *packages that PROD does not declare* (`dependencies`)\\npolars is missing",
  );
});

test("an empty plan cannot be approved", () => {
  const empty: Plan = {
    ...plan,
    changes: [],
    summary: { ...plan.summary, added: 0, changed: 0, removed: 0 },
  };
  expect(JSON.stringify(planMessage(english, { ...view, plan: empty }))).not.toContain("plan.approve");
});

test("the first of two approvals is shown", () => {
  const decisions = [
    { by: "U02BO", verdict: "approve", at: plan.createdAt, reason: undefined, via: "slack" },
  ] as const;
  const shown = planMessage(english, { ...view, decisions, approval: { ...approval, required: 2 } });
  expect(JSON.stringify(shown)).toContain("1 of 2 approvals: <@U02BO>.");
});

test("French is spoken to the French", () => {
  const shown = JSON.stringify(planMessage(french, view));
  expect(shown).toContain("*3 fichiers changent* — 1 modifié, 1 nouveau, 1 supprimé · +540 −37 lignes");
  expect(shown).toContain("Approuver et promouvoir");
});

const hostileName = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 255 }),
  fc.constantFrom(
    "<!channel>",
    "a`b```c",
    "&".repeat(255),
    "🎉".repeat(120),
    "名".repeat(250),
    "\udcff".repeat(255),
    "x\u202ey",
  ),
);

test("no plan, however large or hostile its names, breaks a limit of Slack or reaches anyone", {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(hostileName, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom("add", "change", "remove", "mode", "type"),
      (names, count, kind) => {
        const paths = Array.from(
          { length: count },
          (_, index) => `${names[index % names.length] ?? ""}/${index}`,
        );
        const where = paths.slice(0, 40).map((path) => ({ path, line: 7 }));
        const checks = paths.slice(0, 12).map((path, index) => ({
          id: `check-${index}`,
          level: index % 2 === 0 ? ("block" as const) : ("warn" as const),
          message: path.repeat(20),
          where,
          ...(index % 3 === 0 && {
            findings: where.map((at) => ({
              ...{ ...at, code: index % 2 === 0 ? "layout-path" : "deletions", message: path },
              facts: { named: path.repeat(9), prodPath: path, removed: count },
            })),
          }),
        }));
        const large = {
          type: "file",
          mode: 0o644,
          size: 2 ** 31,
          mtime: "1795300000.5",
          identity: "x",
        } as const;
        const offers = names.map((name, index) => ({
          ...{ name, files: index, bytes: 2 ** (index * 2), behind: index % 2, unsure: index % 3 },
          largest: paths.slice(0, 5).map((path) => ({
            ...{ path, size: 2 ** 31, modifiedAt: plan.createdAt, inProd: "other" as const },
          })),
        }));
        const covered = { mapped: count, unselected: 1, ignored: 2, protected: 3, unexplained: count };
        const hostile: Plan = {
          ...plan,
          app: names[0] ?? "app",
          groups: names,
          changes: paths.map((path, index) =>
            change(kind, path, { linesAdded: count, ...(index % 7 === 0 && { after: large }) }),
          ),
          offers,
          coverage: { preprod: covered, prod: covered },
          onlyInProd: paths,
          unexplained: paths.map((path) => ({ side: "prod", path })),
          drift: paths.map((path) => ({ path, was: "changed", since: plan.createdAt })),
          checks,
        };
        const message = planMessage(english, { ...view, plan: hostile });
        expect(fits(message)).toBe(true);
        for (const option of optionsIn(message.blocks)) {
          expect(option.text.text.length).toBeLessThanOrEqual(75);
          expect(option.description?.text.length ?? 0).toBeLessThanOrEqual(75);
          expect(option.value?.length ?? 0).toBeLessThanOrEqual(150);
        }
        const parsed = mrkdwnIn(message.blocks).concat(message.text);
        for (const text of parsed)
          expect(text.replaceAll(/<(@U\w+|!subteam\^\w+|!date\^[^<>]*)>/g, "")).not.toMatch(/[<>]/);
      },
    ),
    { numRuns: 40 },
  );
});

function optionsIn(blocks: readonly KnownBlock[]): readonly Option[] {
  return blocks.flatMap((block) =>
    block.type === "actions"
      ? block.elements.flatMap((element) => (element.type === "checkboxes" ? element.options : []))
      : [],
  );
}

function mrkdwnIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "mrkdwn" && "text" in value && typeof value.text === "string")
    return [value.text];
  return Object.values(value).flatMap(mrkdwnIn);
}

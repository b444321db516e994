import { afterEach, expect, test } from "vitest";
import { type Stage, setStage, until } from "../../test/slack/stage.ts";
import type { GroupOffer } from "../tree/plan.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const person = (name: string) => stage.playground.workspace.person(name);
const topLevel = () =>
  stage.playground.workspace
    .messages("kitchen")
    .filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
const data: GroupOffer = {
  ...{ name: "data", files: 1, bytes: 609_222_656, behind: 0, unsure: 0 },
  largest: [
    {
      ...{ path: "data/mangetamain.duckdb", size: 609_222_656, inProd: "same" },
      modifiedAt: new Date(Date.now() - 3 * 86_400_000 - 3600_000).toISOString(),
    },
  ],
};

async function propose(): Promise<void> {
  stage = await setStage();
  stage.finds({ offers: [data] });
  await person("ana").types("/promote diff");
  await person("bo").sees("Approve & promote");
}

test("a group is shown before it is chosen: size, age, and whether PROD has it", async () => {
  await propose();
  await person("bo").sees(/data 581 MB, 3 days old — data\/mangetamain\.duckdb: PROD has it already/);
});

test("ticking a group makes a new plan in the same message, and only that one can be approved", async () => {
  await propose();
  const [before] = topLevel();
  const [old] = await stage.store.openPlans("kitchen");
  await person("ana").chooses("plan.groups", ["data"]);
  await until(async () => (await stage.store.openPlans("kitchen"))[0]?.groups.includes("data"));
  const [plan, ...others] = await stage.store.openPlans("kitchen");
  expect(others).toEqual([]);
  expect(plan).toMatchObject({ requester: person("ana").id, groups: ["data"], shownIn: old?.id });
  await person("bo").sees(plan?.id ?? "");
  expect(topLevel().map(({ ts }) => ts)).toEqual([before?.ts]);
  expect(await stage.promotions.plan(old?.id ?? "")).toMatchObject({
    status: "replaced",
    replacedBy: plan?.id,
    moved: [],
  });

  await person("bo").presses("Approve & promote");
  const id = await until(() => stage.started.at(-1));
  expect((await stage.promotions.promotion(id))?.planId).toBe(plan?.id);
  await person("ana").sees("Promoting kitchen to PROD");
  expect(topLevel()).toHaveLength(1);
});

test("a choice is undone by unticking, and survives another bot", async () => {
  await propose();
  await person("ana").chooses("plan.groups", ["data"]);
  await until(async () => (await stage.store.openPlans("kitchen"))[0]?.groups.includes("data"));
  await stage.slack().stop();
  await stage.startSlack();
  await person("ana").chooses("plan.groups", []);
  const plan = await until(async () => {
    const [open] = await stage.store.openPlans("kitchen");
    return open?.groups.length === 0 ? open : undefined;
  });
  await person("bo").sees(plan.id);
  expect(topLevel()).toHaveLength(1);
});

test("only whoever asked chooses: an approver would approve their own addition", async () => {
  await propose();
  const [old] = await stage.store.openPlans("kitchen");
  await person("bo").chooses("plan.groups", ["data"]);
  await person("bo").sees(
    /Only @ana, who asked for this plan, chooses what goes along\. \/promote diff kitchen --with data makes/,
  );
  expect((await stage.store.openPlans("kitchen")).map(({ id }) => id)).toEqual([old?.id]);
});

test("a plan that was decided meanwhile stays what was approved", async () => {
  await propose();
  const [plan] = await stage.store.openPlans("kitchen");
  const by = { id: person("ana").id, via: "slack" } as const;
  await person("bo").presses("Approve & promote");
  await until(() => stage.started.at(-1));
  expect(await stage.promotions.regroup({ planId: plan?.id ?? "", groups: ["data"], by })).toMatchObject({
    outcome: "refused",
    refusal: { why: "already-decided", status: "approved" },
  });
  expect(await stage.store.openPlans("kitchen")).toEqual([]);
});

test("two changes at once leave one open plan", async () => {
  await propose();
  const [plan] = await stage.store.openPlans("kitchen");
  const by = { id: person("ana").id, via: "slack" } as const;
  const regroup = (groups: readonly string[]) =>
    stage.promotions.regroup({ planId: plan?.id ?? "", groups, by });
  const outcomes = await Promise.all([regroup(["data"]), regroup(["data"]), regroup(["data"])]);
  expect(outcomes.filter(({ outcome }) => outcome === "planned")).toHaveLength(1);
  expect(await stage.store.openPlans("kitchen")).toHaveLength(1);
});

test("with nothing to promote, what was not asked for is offered", async () => {
  stage = await setStage();
  stage.finds({
    changes: [],
    offers: [{ ...data, behind: 1, largest: data.largest.map((one) => ({ ...one, inProd: "other" })) }],
  });
  await person("ana").types("/promote diff");
  await person("ana").sees(
    /Not asked for: data 581 MB, 3 days old, PROD has another\. \/promote diff kitchen --with data/,
  );
});

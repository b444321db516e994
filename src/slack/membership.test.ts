import { afterEach, expect, test } from "vitest";
import { type Stage, seed, setStage } from "../../test/slack/stage.ts";
import { openMembership } from "./app.ts";

let stage: Stage;
afterEach(() => stage?.stop());

async function approvers(of: readonly string[]): Promise<readonly string[]> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const found = await openMembership({ environment: stage.environment, logger }).approvers(of);
  const { users } = stage.playground.workspace.state;
  return [...found].map((id) => users.get(id)?.name ?? id).sort();
}

const idOf = (name: string) => stage.playground.workspace.person(name).id;

test("groups are expanded, and those who left, guests, bots and strangers are no approvers", async () => {
  const people = [
    ...seed.people,
    { name: "left", id: "U0LEFT", deactivated: true },
    { name: "robot", id: "U0ROBOT", bot: true },
    { name: "visitor", id: "U0VISITOR", guest: true },
  ];
  const groups = [{ handle: "release", id: "S0RELEASE", members: ["bo", "left", "robot", "visitor"] }];
  stage = await setStage({ slack: "later", playground: { seed: { ...seed, people, groups } } });
  expect(await approvers(["S0RELEASE", idOf("ana"), "U0LEFT", "U0NOBODY", "S0NOBODY"])).toEqual([
    "ana",
    "bo",
  ]);
});

test("when Slack does not say, nobody is assumed to be an approver: the question fails", async () => {
  stage = await setStage({ slack: "later" });
  stage.playground.faults.add("users.info", { status: 503, times: 10 });
  await expect(approvers([idOf("ana")])).rejects.toThrow();
  stage.playground.faults.clear();
  stage.playground.faults.add("usergroups.users.list", { error: "missing_scope", times: 10 });
  await expect(approvers(["S0RELEASE"])).rejects.toThrow("missing_scope");
});

test("a group is asked anew for each decision", async () => {
  stage = await setStage({ slack: "later" });
  expect(await approvers(["S0RELEASE"])).toEqual(["bo", "cy"]);
  stage.playground.workspace.state.groups.get("S0RELEASE")?.members.pop();
  expect(await approvers(["S0RELEASE"])).toEqual(["bo"]);
});

import { describe, expect, test } from "vitest";
import { commandNames, parseCommand } from "./arguments.ts";

describe("the command line", () => {
  test.each([
    [
      "diff",
      {
        name: "diff",
        app: undefined,
        groups: [],
        json: false,
        patch: false,
        driftPatch: false,
        fresh: false,
      },
    ],
    [
      "diff kitchen --with data --with media --json",
      { name: "diff", app: "kitchen", groups: ["data", "media"], json: true },
    ],
    [
      "promote kitchen --plan pl_1 --reason hotfix",
      { name: "promote", app: "kitchen", plan: "pl_1", reason: "hotfix" },
    ],
    ["diff kitchen --drift-patch", { name: "diff", app: "kitchen", driftPatch: true }],
    ["promote --plan pl_1 --overwrite-drift", { name: "promote", plan: "pl_1", overwriteDrift: true }],
    ["promote --plan pl_1", { name: "promote", overwriteDrift: false }],
    ["rollback --to pr_1 --yes", { name: "rollback", app: undefined, to: "pr_1", yes: true }],
    [
      "lock kitchen --for 2h --reason migration",
      { name: "lock", app: "kitchen", seconds: 7200, reason: "migration" },
    ],
    ["lock --reason migration", { name: "lock", app: undefined, seconds: undefined }],
    ["trust-host dataia", { name: "trust-host", host: "dataia", yes: false }],
    ["demo --port 0 --autoplay", { name: "demo", port: 0, autoplay: true, json: false }],
    ["status --help", { name: "help" }],
    ["", { name: "help" }],
  ])("understands `passerelle %s`", (typed, command) => {
    const parsed = parseCommand(typed.split(" ").filter((word) => word !== ""));
    expect(parsed).toMatchObject({ ok: true, command });
  });

  test.each([
    ["deploy", "unknown-command", "deploy"],
    ["diff --jsn", "wrong-options", "--jsn"],
    ["diff one two", "wrong-options", "two"],
    ["serve kitchen", "wrong-options", "kitchen"],
    ["lock --for 2h", "wrong-options", "--reason"],
    ["lock --for soon --reason x", "wrong-options", "soon"],
    ["lock --for 0h --reason x", "wrong-options", "0h"],
    ["demo --port 99999", "wrong-options", "99999"],
    ["trust-host", "wrong-options", "host"],
  ])("refuses `passerelle %s` and names what is wrong", (typed, why, said) => {
    const parsed = parseCommand(typed.split(" "));
    expect(parsed).toMatchObject({ ok: false, why });
    expect(parsed.ok ? "" : parsed.said).toContain(said);
  });

  test("has every command of its public face", () => {
    expect(commandNames).toEqual(
      expect.arrayContaining(["serve", "demo", "diff", "promote", "rollback", "verify", "unlock"]),
    );
  });
});

import { describe, expect, test } from "vitest";
import { written } from "../../test/least-config.ts";
import type { AppConfig } from "../config/config.ts";
import { parseConfig } from "../config/read-config.ts";
import { textsFor } from "../texts/texts.ts";
import { readReport, recordList } from "../tree/lists.ts";
import { clockVerdict } from "./clocks.ts";
import { envFileVerdict, nodeFinding } from "./examine-config.ts";
import { approversVerdict, botVerdict, wayInVerdict } from "./examine-slack.ts";
import { type Finding, type FindingCode, warning, wrong } from "./finding.ts";
import { tell } from "./report.ts";
import { claimVerdict, placeVerdict, restorePointsVerdict } from "./target-verdict.ts";

const codes = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ level, code }) => `${level} ${code}`);

function appOf(other: Parameters<typeof written>[0] = {}): AppConfig {
  const app = parseConfig("/etc/passerelle.yml", written(other)).apps.get("shop");
  if (app === undefined) throw new Error("the least configuration has a shop");
  return app;
}

test.each([
  [0, "ok"],
  [-30, "ok"],
  [31, "warning"],
  [-300, "warning"],
  [301, "wrong"],
  [-3600, "wrong"],
])("a clock that is %s s ahead is %s", (ahead, level) => {
  const finding = clockVerdict(ahead, { good: "host-clock", apart: "host-clock-apart" });
  expect(finding.level).toBe(level);
  const { says } = tell(finding, textsFor("en"));
  if (level !== "ok") expect(says).toMatch(ahead < 0 ? /behind the bot's/ : /ahead of the bot's/);
});

test.each([
  [0o600, "ok"],
  [0o400, "ok"],
  [0o640, "warning"],
  [0o644, "wrong"],
])("an .env of mode %o is %s", (mode, level) => {
  expect(envFileVerdict("/srv/.env", mode).level).toBe(level);
});

test.each([
  ["20.19.0", "wrong"],
  ["22.17.1", "wrong"],
  ["22.18.0", "ok"],
  ["24.1.0", "ok"],
])("Node %s is %s", (version, level) => {
  expect(nodeFinding(version).level).toBe(level);
});

describe("who may approve", () => {
  const person = (id: string, standing: "may-decide" | "deactivated" = "may-decide") => ({ id, standing });

  test.each([
    ["two of them, one needed", [person("U0ANA"), person("U0BO")], ["ok approvers-enough"]],
    ["one, who cannot approve what that one asks for", [person("U0ANA")], ["warning approvers-alone"]],
    ["nobody is left", [person("U0ANA", "deactivated")], ["warning approver-out", "wrong approvers-too-few"]],
  ])("%s", (_, people, expected) => {
    expect(codes(approversVerdict(appOf(), { people, groups: [] }))).toEqual(expected);
  });

  test("somebody alone is enough where their own requests count", () => {
    const app = appOf({ approval: "    approval: { approvers: [U0ANA], by-requester: true }" });
    expect(codes(approversVerdict(app, { people: [person("U0ANA")], groups: [] }))).toEqual([
      "ok approvers-enough",
    ]);
  });

  test("a group that is not there, and an empty one", () => {
    const groups = [
      { id: "S0GONE", members: undefined },
      { id: "S0NONE", members: 0 },
    ];
    const found = approversVerdict(appOf(), { people: [person("U0ANA"), person("U0BO")], groups });
    expect(codes(found)).toEqual([
      "wrong approver-group-unknown",
      "warning approver-group-empty",
      "ok approvers-enough",
    ]);
  });
});

test("a scope that is only good for announcing is not missed, any other is named", () => {
  const bot = { userId: "U1", name: "passerelle", team: "Team", aheadSeconds: 0 };
  const scopes = [
    ...["commands", "chat:write", "files:write", "users:read", "usergroups:read", "app_mentions:read"],
    ...["channels:read", "groups:read", "channels:history", "groups:history"],
  ];
  expect(codes(botVerdict({ ...bot, scopes }))).toContain("ok scopes-complete");
  const [, missing] = botVerdict({ ...bot, scopes: scopes.slice(1) });
  expect(missing).toEqual(wrong("scopes-missing", { scopes: ["commands"] }));
  expect(codes(botVerdict({ ...bot, scopes: undefined }))).toContain("warning scopes-unknown");
});

test("how Slack reaches the bot", () => {
  const none = {
    botToken: undefined,
    appToken: undefined,
    signingSecret: undefined,
    port: undefined,
    apiUrl: undefined,
  };
  expect(codes(wayInVerdict(none))).toEqual(["wrong token-absent"]);
  expect(codes(wayInVerdict({ ...none, port: 3000 }))).toEqual(["wrong no-way-in"]);
  const http = { ...none, port: 3000, signingSecret: "0123456789abcdef".repeat(2) };
  expect(codes(wayInVerdict(http))).toEqual(["ok signing-secret"]);
  expect(codes(wayInVerdict({ ...http, signingSecret: "Signing Secret" }))).toEqual([
    "warning signing-secret-form",
  ]);
});

describe("PROD as it lies there", () => {
  const nothing = { running: [], verified: new Map() };
  const usual = [
    "user deploy",
    "root /srv/shop/prod",
    "bytes-free 9000",
    "inodes-free 900",
    "bytes 4000",
    "files 40",
  ];
  const report = (...records: readonly string[]) =>
    readReport(recordList([...usual, ...records]), new Uint8Array());
  const troubles = (app: AppConfig, records: readonly string[], past = nothing): readonly Finding[] =>
    placeVerdict(app, "dock", report(...records), past).filter(({ level }) => level !== "ok");

  test("a directory that the rules lead to and that is locked is wrong, a cache only a warning, another nothing", () => {
    const app = appOf({ more: "    ignore: [cache/]" });
    const found = troubles(app, [
      "locked ./app/sub",
      "locked ./app/__pycache__",
      "locked ./elsewhere",
      "locked ./cache",
    ]);
    expect(codes(found)).toEqual(["wrong directories-locked", "warning caches-locked"]);
    expect(found[0]?.facts).toMatchObject({ paths: ["app/sub"], commandPaths: "'/srv/shop/prod/app/sub'" });
    expect(found[1]?.facts).toMatchObject({ paths: ["app/__pycache__", "cache"] });
  });

  test("files of others, mounts, open parents and short room", () => {
    const found = troubles(appOf(), [
      "foreign-count 2",
      "foreign root ./app/a file",
      "mount /srv/shop/prod/my\\040data",
      "mount /srv",
      "open-parent /srv",
      "bytes-free 7999",
    ]);
    expect(codes(found)).toEqual([
      "warning parent-open",
      "warning room-short",
      "warning foreign-files",
      "warning mounts-inside",
    ]);
    expect(found[2]?.facts).toMatchObject({ owners: ["root"], paths: ["app/a file"], count: 2 });
    expect(found[3]?.facts).toMatchObject({ paths: ["/srv/shop/prod/my data"] });
  });

  test("what a promotion under way has there is no leftover", () => {
    const records = ["job pr_1-stage", "staging 4096 pr_1", "staging 4096 pr_2.from"];
    const under = placeVerdict(appOf(), "dock", report(...records), { ...nothing, running: ["pr_1"] });
    expect(codes(under)).toContain("ok jobs-running");
    expect(under.find(({ code }) => code === "staging-left")?.facts).toMatchObject({ ids: ["pr_2.from"] });
    const unknown = placeVerdict(appOf(), "dock", report(...records), {
      running: undefined,
      verified: new Map(),
    });
    expect(codes(unknown)).not.toContain("warning staging-left");
  });

  test("who holds it", () => {
    const held = { owner: "pr_1", holder: "bo", token: 3, since: new Date(0) };
    expect(claimVerdict("shop", undefined, nothing).code).toBe("claim-free");
    expect(claimVerdict("shop", held, { ...nothing, running: ["pr_1"] }).level).toBe("ok");
    expect(claimVerdict("shop", held, nothing).code).toBe("claim-left");
    expect(claimVerdict("shop", held, { ...nothing, running: undefined }).code).toBe("claim-unsure");
    expect(restorePointsVerdict("shop", [], nothing).code).toBe("restore-points-none");
  });
});

const fine: ReadonlySet<string> = new Set([
  ...["config-read", "env-file-private", "env-file-none", "data-dir-private", "data-dir-new", "node-version"],
  ...["bot-token", "scopes-complete", "app-token", "signing-secret", "slack-clock", "channel-member"],
  ...["approvers-enough", "database-sound", "database-new", "disk-room", "data-dir-free", "data-dir-held"],
  ...["host-reached", "tools-there", "host-clock", "side-readable", "sides-apart", "state-dir-ready"],
  ...["state-dir-new", "parents-safe", "room-enough", "renamable", "claim-free", "claim-held"],
  ...["restore-points-none", "restore-points", "restart-ready"],
]);
const troubles = (Object.keys(textsFor("en").doctor.findings) as FindingCode[]).filter(
  (code) => !fine.has(code),
);

test("every finding has words in both languages, with few facts too, and remedies belong to findings", () => {
  for (const locale of ["en", "fr"] as const) {
    const texts = textsFor(locale);
    for (const code of Object.keys(texts.doctor.findings)) {
      const { says } = tell({ level: "warning", code, facts: { path: "/srv", seconds: 3 } }, texts);
      expect(says).not.toMatch(/undefined|NaN|\[object/);
    }
    const words = texts.doctor.findings;
    for (const judge of [warning, wrong]) {
      for (const code of troubles) expect(tell(judge(code), texts).remedy, code).toBeTruthy();
    }
    expect(Object.keys(texts.doctor.remedies).filter((code) => !Object.hasOwn(words, code))).toEqual([]);
  }
});

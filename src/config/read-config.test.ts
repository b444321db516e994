import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { mistakesIn, written } from "../../test/least-config.ts";
import { isFailure } from "../errors.ts";
import { parseConfig, readConfig } from "./read-config.ts";

async function fileOf(content: string | Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-config-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "passerelle.yml");
  await writeFile(file, content);
  return file;
}

test("the example of the documentation is read whole", async () => {
  const file = fileURLToPath(new URL("../../docs/passerelle.example.yml", import.meta.url));
  const app = (await readConfig(file)).apps.get("mangetamain");
  expect(app?.prod).toMatchObject({
    root: "~/mangetamain/20_prod",
    hosts: [{ address: "dataia.example.org", user: "deploy" }],
  });
  expect(app?.paths.map((rule) => rule.to)).toEqual([
    "streamlit/",
    "pyproject.toml",
    "uv.lock",
    "data/mangetamain.duckdb",
  ]);
  expect(app?.restart).toEqual({
    kind: "compose",
    file: "~/mangetamain/30_docker/docker-compose-prod.yml",
    mode: "restart",
    services: [],
    timeoutSeconds: 300,
  });
  expect(app?.health).toMatchObject({
    startPeriodSeconds: 60,
    deadlineSeconds: 300,
    successes: 2,
    container: "mange_prod",
  });
  expect(app?.approval).toEqual({
    approvers: ["U0AAA", "S0GROUP"],
    required: 1,
    byRequester: false,
    expiresSeconds: 3600,
  });
  expect(app?.freeze).toEqual([
    { cron: "0 16 * * 5", forSeconds: 64 * 3600, reason: "no promotions on weekends" },
  ]);
});

test("what is left out gets its default", () => {
  const config = parseConfig("/etc/passerelle.yml", written());
  expect([config.locale, config.historySeconds]).toEqual(["en", 365 * 24 * 3600]);
  const app = config.apps.get("shop");
  expect(app).toMatchObject({
    ignore: ["__pycache__/", "*.pyc", ".git/", ".venv/", "node_modules/"],
    protect: [],
    backup: { keep: 10, exclude: [], compression: "auto" },
    restart: { kind: "none", timeoutSeconds: 300 },
    health: { startPeriodSeconds: 0, deadlineSeconds: 120, successes: 1, intervalSeconds: 2, http: [] },
    approval: { required: 1, byRequester: false, expiresSeconds: 3600 },
    checks: {},
  });
});

test("paths and roots get one spelling", () => {
  const app = parseConfig(
    "/etc/passerelle.yml",
    written({
      prod: "    prod: { host: local, root: ~//apps/./shop/ }",
      paths: "    paths: [{ from: ./src//lib/, to: . , delete: true }]",
    }),
  ).apps.get("shop");
  expect(app?.prod.root).toBe("~/apps/shop");
  expect(app?.paths[0]).toMatchObject({ from: "src/lib/", to: "./", delete: true });
});

test.for([
  [
    "compose",
    "{ compose: /srv/c.yml, mode: recreate, services: [web] }",
    { kind: "compose", mode: "recreate", services: ["web"] },
  ],
  [
    "systemd",
    "{ systemd: shop@1.service, sudo: true }",
    { kind: "systemd", unit: "shop@1.service", sudo: true, user: false },
  ],
  [
    "command",
    "{ command: ./restart.sh, timeout: 1m }",
    { kind: "command", command: "./restart.sh", timeoutSeconds: 60 },
  ],
  ["none", "none", { kind: "none" }],
] as const)("a restart can be %s", ([, yaml, expected]) => {
  const app = parseConfig("/etc/passerelle.yml", written({ more: `    restart: ${yaml}` })).apps.get("shop");
  expect(app?.restart).toMatchObject(expected);
});

test("PROD can be on several hosts", () => {
  const hosts =
    "hosts:\n  a: { address: a.example }\n  b: { address: b.example, port: 2222, transport: openssh }\n";
  const config = parseConfig(
    "/x.yml",
    hosts + written({ prod: "    prod: { hosts: [a, b], root: /srv/shop }" }),
  );
  expect(config.apps.get("shop")?.prod.hosts.map((host) => host.name)).toEqual(["a", "b"]);
});

test("a byte order mark and Windows line ends change nothing, columns included", () => {
  expect(mistakesIn(`\uFEFF${written()}`.replaceAll("\n", "\r\n"))).toEqual([]);
  expect(mistakesIn("\uFEFFlocal: fr\r\napps: {}\r\n")[0]).toMatch(
    /^1:1 local: is not known; did you mean `locale`\?/,
  );
});

test("three mistakes are three sentences in the order of the file", () => {
  const mistakes = mistakesIn(
    written({
      head: "local: fr\napps:\n  shop:\n    channel: '#shop'",
      more: "    health: { deadline: 5 minutes }",
    }),
  );
  expect(mistakes).toEqual([
    "1:1 local: is not known; did you mean `locale`?",
    "4:14 apps.shop.channel: is not a channel id; in Slack, open the channel's details: the id at the bottom begins with C, as in C0123456789",
    "9:25 apps.shop.health.deadline: is not a duration; write 90s, 5m, 2h or 1d",
  ]);
});

test("mistakes of form and mistakes between keys are told in one go", () => {
  const mistakes = mistakesIn(
    written({
      prod: "    prod: { host: locl, root: prod }",
      approval: "    approval: { approvers: [ana], required: 0 }",
    }),
  );
  expect(mistakes.map((mistake) => mistake.split(": ")[0])).toEqual([
    "5:19 apps.shop.prod.host",
    "5:31 apps.shop.prod.root",
    "7:29 apps.shop.approval.approvers[0]",
    "7:45 apps.shop.approval.required",
  ]);
});

test("two apps cannot share PROD, on one host under two names either", () => {
  const app = (name: string, host: string, root: string) =>
    written({
      head: `  ${name}:\n    channel: C012345`,
      preprod: `    preprod: { host: local, root: /srv/${name} }`,
      prod: `    prod: { host: ${host}, root: ${root} }`,
    });
  const hosts = "hosts:\n  a: { address: One.example }\n  b: { address: one.example, port: 22 }\napps:\n";
  expect(mistakesIn(hosts + app("x", "a", "/srv/live") + app("y", "b", "/srv/live/"))).toEqual([
    "15:28 apps.y.prod.root: is also PROD of x; each app needs a PROD of its own",
  ]);
  expect(mistakesIn(hosts + app("x", "a", "/srv/live") + app("y", "b", "/srv/live/y"))[0]).toContain(
    "is inside, or around, PROD of x",
  );
  expect(mistakesIn(hosts + app("x", "a", "/srv/live") + app("y", "b", "/srv/lively"))).toEqual([]);
});

test("an anchor serves several apps, and a mistake in it is told where it is used", () => {
  const text = written({ approval: "    approval: &who { approvers: [U0ANA] }" });
  const second = written({
    head: "  cafe:\n    channel: C012346",
    prod: "    prod: { host: local, root: /srv/cafe }",
    approval: "    approval: { <<: *who, required: 2 }",
  });
  expect(mistakesIn(text + second)).toEqual([
    "14:37 apps.cafe.approval.required: asks for 2 approvals while there is 1 approver",
  ]);
});

test("aliases that multiply without end are refused", () => {
  const layers = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  expect(mistakesIn(`a0: &a0 [x]\n${layers.join("\n")}\n`)[0]).toContain("aliases that cannot be followed");
});

test("a required number is not doubted while there is a user group", () => {
  expect(mistakesIn(written({ approval: "    approval: { approvers: [S0OPS], required: 3 }" }))).toEqual([]);
});

test("a file that is not there is its own failure", async () => {
  await expect(readConfig("/nowhere/passerelle.yml")).rejects.toMatchObject({
    code: "config-missing",
    details: { file: "/nowhere/passerelle.yml" },
  });
});

test("a directory, another encoding and a huge file are told in words", async () => {
  const file = await fileOf(written());
  const told = async (path: string) => {
    const error = await readConfig(path).catch((thrown: unknown) => thrown);
    return isFailure(error, "config-invalid") ? error.details["mistakes"] : error;
  };
  expect(await told(join(file, ".."))).toEqual(["1:1 passerelle.yml: is a directory; name the file in it"]);
  expect(await told(await fileOf(Buffer.from([0xe9, 0x0a])))).toEqual([
    "1:1 passerelle.yml: is not UTF-8; save it in that encoding",
  ]);
  expect(await told(await fileOf("#".repeat(1024 * 1024 + 1)))).toEqual([
    "1:1 passerelle.yml: is larger than 1 MiB",
  ]);
  await chmod(file, 0o600);
  expect((await readConfig(file)).file).toBe(file);
});

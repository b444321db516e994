import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { written } from "../../test/least-config.ts";
import { salvageEnvironment } from "../config/environment.ts";
import { examine } from "./examine.ts";
import type { Section } from "./finding.ts";

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test("what does not answer in time is one finding, the rest is told in its order, and progress counts to the end", async ({
  onTestFinished,
}) => {
  const directory = mkdtempSync(join(tmpdir(), "passerelle-examine-"));
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    silent.close();
    rmSync(directory, { recursive: true });
  });
  const { port } = silent.address() as AddressInfo;
  const hosts = `hosts: { dock: { address: 127.0.0.1, port: ${port}, user: deploy, fingerprint: "SHA256:${"A".repeat(43)}" } }\n`;
  const app = written({ prod: "    prod: { host: dock, root: /srv/shop/prod }" });
  writeFileSync(join(directory, "passerelle.yml"), `${hosts}${app}`);

  const told: string[] = [];
  const progress: number[] = [];
  const sections = await examine({
    found: salvageEnvironment({}, directory),
    apps: undefined,
    logger,
    limitSeconds: 8,
    ssh: { readyTimeoutSeconds: 60 },
    onSection: ({ room, name }) => told.push(`${room} ${name}`.trim()),
    onProgress: (done, all) => progress.push(done / all),
  });
  expect(told).toEqual(["configuration", "slack", "host local", "host dock", "target shop", "database"]);
  expect(sections.map(({ room }) => room)).toEqual(told.map((line) => line.split(" ")[0]));
  expect(progress.at(-1)).toBe(1);
  const codes = (room: Section["room"], name: string) =>
    sections
      .find((section) => section.room === room && section.name === name)
      ?.findings.map(({ code }) => code);
  expect(codes("host", "dock")).toEqual(["took-too-long"]);
  expect(codes("host", "local")).toContain("tools-there");
  expect(codes("target", "shop")).toEqual(["took-too-long"]);
  expect(codes("database", "")).toContain("database-new");
});

// A deploy user who is not root, in the group docker, beside containers that write as root.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contents } from "../compare-trees.ts";
import { long, promote, propose, rollBack, rolledBack } from "../scenarios/in-slack.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { openDeployment } from "./deployment.ts";
import { type Docker, startDocker, whyNoDocker } from "./engine.ts";
import { serves } from "./shop.ts";

let docker: Docker;
const login = 54_321;
const why = whyNoDocker ?? whyNoOpenSsh;

beforeAll(async () => {
  if (why === undefined) docker = await startDocker();
});
afterAll(() => docker?.remove());

const caches = `mkdir -p /app/gone/__pycache__ /app/__pycache__
for at in /app/gone /app; do echo cached >$at/__pycache__/main.cpython-311.pyc; done
${serves}`;

const title = `a deploy user who is not root (${why ?? "with Docker and OpenSSH"})`;
describe.skipIf(why !== undefined)(title, { concurrent: true, timeout: 400_000 }, () => {
  test("promotes and rolls back beside the caches that a container has written as root", async (context) => {
    const { scene, container, serves } = await openDeployment(context, {
      docker,
      login,
      old: caches,
      next: caches,
    });
    const root = join(scene.prod, container);
    const compiled = join(root, "gone/__pycache__/main.cpython-311.pyc");
    await context.expect
      .poll(() => statSync(compiled, { throwIfNoEntry: false })?.uid, { timeout: 20_000 })
      .toBe(0);
    const before = contents(scene.prod);
    await promote(scene);
    expect(await serves()).toBe("new");
    expect(statSync(join(root, "version")).uid).toBe(login);
    await rollBack(scene);
    await scene.person("bo").sees(rolledBack, long);
    expect(await serves()).toBe("old");
    expect(contents(scene.prod)).toEqual(before);
  });

  test("is told before anybody approves what a container owns and nobody but root can replace", async (context) => {
    const { scene, container } = await openDeployment(context, {
      docker,
      login,
      old: `mkdir -p /app/made; echo root >/app/made/menu; chmod 755 /app/made; ${serves}`,
    });
    const made = join(scene.prod, container, "made/menu");
    await context.expect
      .poll(() => statSync(made, { throwIfNoEntry: false })?.uid, { timeout: 20_000 })
      .toBe(0);
    mkdirSync(join(scene.preprod, "src/made"));
    writeFileSync(join(scene.preprod, "src/made/menu"), "bread\n");
    execFileSync("chown", ["-R", `${login}`, join(scene.preprod, "src/made")]);
    const plan = await propose(scene);
    expect(plan).toMatch(/replaceable/);
    await expect(scene.person("bo").presses(/^Approve/)).rejects.toThrow(/no button/);
  });
});

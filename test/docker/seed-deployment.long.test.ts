import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { freePort } from "../free-port.ts";
import { backHealthy, done, long, promote, propose, rollBack, rolledBack } from "../scenarios/in-slack.ts";
import { startOpenSsh, whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { startDocker, whyNoDocker } from "./engine.ts";
import {
  correctMain,
  differing,
  onlyProd,
  openSeedDeployment,
  type SeedDeployment,
  type SeedOptions,
  seedApp,
  seedCode,
  served,
} from "./seed-deployment.ts";

const why = whyNoDocker ?? whyNoOpenSsh;

/** Both directories below the login's home of one host, as the team's page has them. */
async function openOnOneHost(context: TestContext, more?: SeedOptions["more"]): Promise<SeedDeployment> {
  const docker = await startDocker();
  context.onTestFinished(() => docker.remove());
  const ssh = await startOpenSsh({ config: [`SetEnv DOCKER_HOST=${docker.host}`] });
  context.onTestFinished(() => ssh.stop());
  const host = { name: "dataia", ssh, docker };
  const port = await freePort();
  return openSeedDeployment(context, {
    preprod: host,
    prods: [host],
    port,
    ...(more && { more }),
  });
}

const title = `the seed's deployment (${why ?? "with Docker and OpenSSH"})`;
describe.skipIf(why !== undefined)(title, { concurrent: true, timeout: 400_000 }, () => {
  test("is promoted from Slack, serves what PREPROD has, and is rolled back to the last bit", async (context) => {
    const seed = await openOnOneHost(context);
    const { scene, preprod } = seed;
    const prod = onlyProd(seed);
    const before = snapshot(prod.root);
    expect(await propose(scene, seedApp)).toMatch(/layout-reference[\s\S]*main\.py:12/);
    await expect(scene.person("bo").presses("Approve & promote")).rejects.toThrow(/no button/);
    correctMain(seed);
    await promote(scene, seedApp);
    const main = readFileSync(join(preprod, seedCode, "main.py"), "utf8");
    expect(await served(prod)).toBe(main.trim());
    expect(differing(seed, prod)).toEqual([]);
    expect(readFileSync(join(prod.root, "pyproject.toml"), "utf8")).toContain("\n# [build-system]\n");

    await rollBack(scene, { app: seedApp });
    const bo = scene.person("bo");
    await bo.sees(rolledBack, long);
    expect(snapshot(prod.root)).toEqual(before);
    expect(await served(prod)).not.toBe(main.trim());
    expect(bo.screen()).toMatch(done);
  });

  test("that lacks packages in PROD is taken back to the last bit, with the container's own words", async (context) => {
    const seed = await openOnOneHost(context, {
      // The page leaves pyproject.toml as PROD has it.
      paths: `[{ from: ${seedCode}/, to: streamlit/, delete: false }]`,
      checks: "{ dependencies: warn, imports: block }",
    });
    const { scene } = seed;
    const prod = onlyProd(seed);
    correctMain(seed);
    const toml = join(prod.root, "pyproject.toml");
    writeFileSync(toml, readFileSync(toml, "utf8").replace(/ *"polars.*\n/, ""));
    const before = snapshot(prod.root);
    const old = await served(prod);
    await promote(scene, seedApp, backHealthy);
    const screen = scene.person("bo").screen();
    expect(screen).toMatch(
      /Traceback \(most recent call last\):\n.*\nModuleNotFoundError: No module named 'polars'/,
    );
    expect(snapshot(prod.root)).toEqual(before);
    expect(await served(prod)).toBe(old);
  });
});

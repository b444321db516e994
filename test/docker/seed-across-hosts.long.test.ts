import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openHosts, whyNoHosts } from "../netns/hosts.ts";
import { backHealthy, long, promote, rollBack, rolledBack } from "../scenarios/in-slack.ts";
import { startDocker, whyNoDocker } from "./engine.ts";
import {
  correctMain,
  differing,
  onlyProd,
  openSeedDeployment,
  type SeedDeployment,
  type SeedHost,
  type SeedOptions,
  seedApp,
  seedCode,
  served,
} from "./seed-deployment.ts";

const why = whyNoDocker ?? whyNoHosts;

/** Machines with networks of their own: PREPROD's first, then PROD's, each of which has a Docker daemon. */
async function openAcross(
  context: TestContext,
  names: readonly [string, ...string[]],
  more?: SeedOptions["more"],
): Promise<SeedDeployment> {
  const sockets = mkdtempSync(join(tmpdir(), "passerelle-sockets-"));
  context.onTestFinished(() => rmSync(sockets, { recursive: true }));
  const { hosts, close } = await openHosts(names, (name) => ({
    config: [`SetEnv DOCKER_HOST=unix://${join(sockets, name)}`],
  }));
  context.onTestFinished(close);
  const [preprod, ...prods] = await Promise.all(
    hosts.map(async ({ name, namespace, ssh }, index): Promise<SeedHost> => {
      if (index === 0) return { name, ssh: ssh() };
      const docker = await startDocker({ namespace, socket: join(sockets, name) });
      context.onTestFinished(() => docker.remove());
      return { name, ssh: ssh(), docker };
    }),
  );
  if (preprod === undefined) throw new Error("no machine for PREPROD");
  return openSeedDeployment(context, { preprod, prods, port: 8501, ...(more && { more }) });
}

const title = `the seed's deployment (${why ?? "with Docker, on machines with networks of their own"})`;
describe.skipIf(why !== undefined)(title, { concurrent: true, timeout: 400_000 }, () => {
  test("with PREPROD on one machine and PROD on another is promoted, and rolled back to the last bit", async (context) => {
    const seed = await openAcross(context, ["atelier", "dataia"]);
    const { scene, preprod } = seed;
    const prod = onlyProd(seed);
    correctMain(seed);
    const before = snapshot(prod.root);
    await promote(scene, seedApp);
    expect(await served(prod)).toBe(readFileSync(join(preprod, seedCode, "main.py"), "utf8").trim());
    expect(differing(seed, prod)).toEqual([]);
    await rollBack(scene, { app: seedApp });
    await scene.person("bo").sees(rolledBack, long);
    expect(snapshot(prod.root)).toEqual(before);
  });

  test("with PREPROD on one machine and PROD on another is taken back when the container breaks", async (context) => {
    const seed = await openAcross(context, ["atelier", "dataia"]);
    const { scene, preprod } = seed;
    const prod = onlyProd(seed);
    correctMain(seed);
    const main = join(preprod, seedCode, "main.py");
    writeFileSync(main, `${readFileSync(main, "utf8")}with open("data/menu.csv") as menu: pass\n`);
    const before = snapshot(prod.root);
    const old = await served(prod);
    await promote(scene, seedApp, backHealthy);
    expect(scene.person("bo").screen()).toMatch(
      /FileNotFoundError: \[Errno 2\] No such file or directory: 'data\/menu\.csv'/,
    );
    expect(snapshot(prod.root)).toEqual(before);
    expect(await served(prod)).toBe(old);
  });

  test("on three machines of PROD leaves no mix: the second one breaks, and all that changed goes back", async (context) => {
    const seed = await openAcross(context, ["atelier", "quai", "pont", "digue"]);
    const { scene, preprod, prods } = seed;
    correctMain(seed);
    const [, pont] = prods;
    if (pont === undefined) throw new Error("no second machine");
    const start = join(pont.root, "../30_docker/start.sh");
    const broken = `grep -q analyse_ratings /app/streamlit/main.py && { echo 'Traceback: MemoryError' >&2; exit 137; }\n`;
    const whole = readFileSync(start, "utf8");
    writeFileSync(start, `${broken}${whole}`);
    const before = prods.map(({ root }) => snapshot(root));
    const old = await Promise.all(prods.map(served));
    await promote(scene, seedApp, backHealthy);
    const screen = scene.person("bo").screen();
    expect(screen).toMatch(/Traceback: MemoryError/);
    expect(screen).toMatch(/digue — not touched/);
    expect(prods.map(({ root }) => snapshot(root))).toEqual(before);
    expect(await Promise.all(prods.map(served))).toEqual(old);

    writeFileSync(start, whole);
    await promote(scene, seedApp, /is up to date and healthy on 3 hosts/);
    const main = readFileSync(join(preprod, seedCode, "main.py"), "utf8").trim();
    expect(await Promise.all(prods.map(served))).toEqual([main, main, main]);
    for (const prod of prods) expect(differing(seed, prod)).toEqual([]);

    await rollBack(scene, { app: seedApp });
    await scene.person("bo").sees(/is back and healthy on 3 hosts/, long);
    expect(prods.map(({ root }) => snapshot(root))).toEqual(before);
    expect(await Promise.all(prods.map(served))).toEqual(old);
  });
});

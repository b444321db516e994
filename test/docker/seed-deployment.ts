// The seed team's deployment, whole: their two directories and their compose file on hosts behind SSH, their app in a container.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type TestContext, vi } from "vitest";
import { contents } from "../compare-trees.ts";
import { makeSeedSides } from "../fixtures/seed-app.ts";
import { fingerprintOfServer } from "../scenarios/behind-ssh.ts";
import { openScene, type Scene } from "../scene.ts";
import type { OpenSsh } from "../ssh/openssh-server.ts";
import { type Docker, image } from "./engine.ts";

const execute = promisify(execFile);

export type SeedHost = {
  readonly name: string;
  readonly ssh: OpenSsh;
  /** Where PROD is. */
  readonly docker?: Docker;
};

export type SeedProd = { readonly root: string; readonly docker: Docker };

export type SeedDeployment = {
  readonly scene: Scene;
  readonly preprod: string;
  /** One for each host, in their order. */
  readonly prods: readonly SeedProd[];
};

export type SeedOptions = {
  readonly preprod: SeedHost;
  readonly prods: readonly SeedHost[];
  readonly port: number;
  /** More lines of the app's section. */
  readonly more?: Readonly<Record<string, string>>;
};

export const seedApp = "mangetamain";
const seedContainer = "mange_prod";
export const seedCode = "src/mangetamain_analytics";

const cachePath = "streamlit/__pycache__/main.cpython-312.pyc";

// Does at its start what makes such an app fail: looks for its modules, its packages and its assets. The cache is its own.
const start = String.raw`cd /app
echo "You can now view your Streamlit app in your browser."
fails() { printf 'Traceback (most recent call last):\n  File "/app/streamlit/main.py"\n%s\n' "$1" >&2; exit 1; }
for module in $(sed -n 's/^from \([a-z_]*\)\.\([a-z_0-9]*\) import.*/\1\/\2/p' streamlit/main.py); do
  [ -f "streamlit/$module.py" ] || fails "ModuleNotFoundError: No module named '$module'"
done
for package in polars scipy statsmodels; do
  grep -rq "^import $package" streamlit || continue
  grep -q "\"$package>" pyproject.toml || fails "ModuleNotFoundError: No module named '$package'"
done
for file in $(sed -n 's/^with open("\([^"]*\)".*/\1/p' streamlit/main.py); do
  [ -f "$file" ] || fails "FileNotFoundError: [Errno 2] No such file or directory: '$file'"
done
mkdir -p streamlit/__pycache__ /www
cp streamlit/main.py /www/index.html
[ -e ${cachePath} ] || echo cached >${cachePath}
exec httpd -f -p "127.0.0.1:$1" -h /www
`;

const composeText = (port: number): string => `services:
  mangetamain_prod:
    container_name: ${seedContainer}
    image: ${image}
    command: sh /docker/start.sh ${port}
    network_mode: host
    stop_signal: SIGKILL
    volumes: [ "../20_prod:/app", ".:/docker:ro" ]
`;

/** PROD runs, and is healthy; PREPROD is what the team's page describes, with the path in it corrected that they found later. */
export async function openSeedDeployment(
  { onTestFinished }: TestContext,
  { preprod, prods, port, more = {} }: SeedOptions,
): Promise<SeedDeployment> {
  const home = (host: SeedHost): string => join(host.ssh.home, seedApp);
  const hosts = [...new Set([preprod, ...prods])];
  for (const host of hosts) {
    mkdirSync(home(host));
    const { docker } = makeSeedSides(home(host));
    writeFileSync(join(docker, "docker-compose-prod.yml"), composeText(port));
    writeFileSync(join(docker, "start.sh"), start);
  }
  const line = ({ name, ssh }: SeedHost): string =>
    `  ${name}: { address: ${ssh.hostConfig.address}, port: ${ssh.port}, user: ${ssh.user}, identity-file: "${ssh.identityFile}", fingerprint: "${fingerprintOfServer(ssh)}" }`;
  const [first] = prods;
  const where = prods.length === 1 ? `host: ${first?.name}` : `hosts: [${prods.map(({ name }) => name)}]`;
  const scene = await openScene({
    name: seedApp,
    preprod: {},
    prod: {},
    hosts: ["hosts:", ...hosts.map(line)].join("\n"),
    sides: () => ({
      preprod: `{ host: ${preprod.name}, root: ~/${seedApp}/10_preprod }`,
      prod: `{ ${where}, root: ~/${seedApp}/20_prod }`,
    }),
    app: () => ({
      paths: [
        "[{ from: src/mangetamain_analytics/, to: streamlit/, delete: false }",
        "{ from: pyproject.toml, to: pyproject.toml, rewrite: [{ match: '^\\[build-system\\]$', replace: '# [build-system]' }] }",
        "{ from: uv.lock, to: uv.lock }",
        "{ from: data/mangetamain.duckdb, to: data/mangetamain.duckdb, group: data }]",
      ].join(", "),
      ignore: "[tests/, '*.md']",
      protect: "[.env, logs/]",
      backup: "{ keep: 10, exclude: [data/], compression: auto }",
      checks: "{ layout-reference: block, imports: block, dependencies: block }",
      restart: `{ compose: ~/${seedApp}/30_docker/docker-compose-prod.yml, mode: restart }`,
      health: [
        "{ start-period: 60s, deadline: 5m, successes: 2, interval: 1s",
        `http: [{ url: 'http://localhost:${port}', contains: 'Back to the Kitchen' }], container: ${seedContainer}`,
        `logs: { command: 'docker logs ${seedContainer}', tail: 50, forbid: [Traceback, ModuleNotFoundError] } }`,
      ].join(", "),
      ...more,
    }),
  });
  onTestFinished(() => scene.close());
  const running: SeedProd[] = [];
  for (const host of prods) {
    const { docker } = host;
    if (docker === undefined) throw new Error(`there is no Docker on ${host.name}`);
    const file = join(home(host), "30_docker/docker-compose-prod.yml");
    await execute("docker-compose", ["-f", file, "up", "-d"], {
      env: { ...process.env, DOCKER_HOST: docker.host },
    });
    const root = join(home(host), "20_prod");
    const cache = join(root, cachePath);
    await vi.waitUntil(() => statSync(cache, { throwIfNoEntry: false })?.size, { timeout: 30_000 });
    running.push({ root, docker });
  }
  return { scene, preprod: join(home(preprod), "10_preprod"), prods: running };
}

/** What the team found out afterwards: a path that exists only in PREPROD's layout. */
export function correctMain({ preprod }: SeedDeployment): void {
  const main = join(preprod, seedCode, "main.py");
  writeFileSync(main, readFileSync(main, "utf8").replace(`${seedCode}/assets`, "streamlit/assets"));
}

export const served = (prod: SeedProd): Promise<string> =>
  prod.docker.run("exec", seedContainer, "cat", "/www/index.html");

/** The files of PREPROD's code that a PROD does not have byte for byte. */
export function differing({ preprod }: SeedDeployment, { root }: SeedProd): readonly string[] {
  const now = contents(root);
  return [...contents(join(preprod, seedCode))].flatMap(([path, line]) =>
    path.includes("__pycache__") || now.get(`streamlit/${path}`) === line ? [] : [path],
  );
}

export function onlyProd({ prods }: SeedDeployment): SeedProd {
  const [prod] = prods;
  if (prod === undefined) throw new Error("there is no PROD");
  return prod;
}

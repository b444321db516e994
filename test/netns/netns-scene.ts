// A scene whose PREPROD is on one machine and whose PROD, with an app that runs there, is on another.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { onTestFinished } from "vitest";
import { fingerprintOfServer } from "../scenarios/behind-ssh.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import type { OpenSshOptions } from "../ssh/openssh-server.ts";
import { type Hosts, type NetnsHost, openHosts } from "./hosts.ts";

export type NetnsScene = {
  readonly scene: Scene;
  /** Called `alpha`, with PREPROD. */
  readonly a: NetnsHost;
  /** Called `beta`, with PROD. */
  readonly b: NetnsHost;
  readonly network: Hosts["network"];
  /** Below PROD's state directory. */
  readonly state: (path: string) => string;
};

/** Answers what `health` says beside it, with `main.txt` behind it. */
const server = `
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
const health = readFileSync("health", "utf8").trim();
const main = readFileSync("main.txt", "utf8");
createServer((_, answer) => answer.writeHead(health === "ok" ? 200 : 503).end(health + " " + main)).listen(8080, "127.0.0.1");
`;

const restart = (directory: string): string =>
  [
    `[ ! -e "${directory}/app.pid" ] || kill "$(cat "${directory}/app.pid")" 2>/dev/null`,
    `cd app && { "${process.execPath}" server.mjs >/dev/null 2>&1 </dev/null & echo $! >"${directory}/app.pid"; }`,
  ].join("; ");

export async function openNetnsScene(
  finish: typeof onTestFinished,
  {
    sshd,
    section = {},
    ...options
  }: Partial<SceneOptions> & {
    readonly sshd?: (name: string) => OpenSshOptions;
    /** Lines of the app's section beside the usual ones. */
    readonly section?: Readonly<Record<string, string>>;
  } = {},
): Promise<NetnsScene> {
  const { hosts, network, close } = await openHosts(["alpha", "beta"], sshd);
  finish(close);
  const [a, b] = hosts as readonly [NetnsHost, NetnsHost];
  const lineOf = (host: NetnsHost): string => {
    const { user, identityFile } = host.ssh();
    return `  ${host.name}: { address: ${host.address}, user: ${user}, identity-file: "${identityFile}", fingerprint: "${fingerprintOfServer(host.ssh())}" }`;
  };
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "new\n", "src/server.mjs": server },
    prod: { "app/health": "ok", "app/main.txt": "old\n", "app/server.mjs": server },
    hosts: ["hosts:", lineOf(a), lineOf(b)].join("\n"),
    sides: ({ preprod, prod }) => ({
      preprod: `{ host: alpha, root: "${preprod}" }`,
      prod: `{ host: beta, root: "${prod}" }`,
    }),
    app: ({ prod }) => ({
      restart: `{ command: '${restart(join(prod, ".."))}' }`,
      health: `{ deadline: 60s, interval: 1s, http: [{ url: "http://127.0.0.1:8080/" }] }`,
      ...section,
    }),
    ...options,
  });
  finish(() => scene.close());
  const state = (path: string): string => join(scene.prod, "../.passerelle/kitchen", path);
  return { scene, a, b, network, state };
}

/** Until so much of a file, which is being sent for whatever promotion, has arrived. */
export async function untilSent({ state }: NetnsScene, path: string, bytes: number): Promise<void> {
  const sizes = (): readonly number[] => {
    if (!existsSync(state("staging"))) return [];
    const files = readdirSync(state("staging")).map((id) => join(state("staging"), id, "content", path));
    return files.filter((file) => existsSync(file)).map((file) => statSync(file).size);
  };
  while (!sizes().some((size) => size >= bytes)) await sleep(20);
}

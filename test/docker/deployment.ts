// A whole promotion of an app in a container: two sides behind a real SSH server, its compose file, a Slack with people, the bot.

import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { freePort } from "../free-port.ts";
import { openBehindSsh } from "../scenarios/behind-ssh.ts";
import type { Scene } from "../scene.ts";
import type { Docker } from "./engine.ts";
import { composeText, type Service, serves } from "./shop.ts";

const execute = promisify(execFile);

export type Deployment = {
  readonly scene: Scene;
  readonly container: string;
  readonly composeFile: string;
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** The version that it serves; undefined while it serves none. */
  readonly serves: () => Promise<string | undefined>;
};

export type DeploymentOptions = {
  readonly docker: Docker;
  /** How PROD's version begins, and PREPROD's, with BusyBox's shell. */
  readonly old?: string;
  readonly next?: string;
  readonly mode?: "restart" | "recreate";
  /** Lines of its service in the compose file. */
  readonly service?: Service;
  /** The compose file is promoted with the app, and these are the lines of the next one. */
  readonly nextService?: Service;
  readonly deadline?: string;
  /** More lines of the app's section. */
  readonly more?: Readonly<Record<string, string>>;
  /** A user and a group who promote, in place of root; they own both sides, and are in the group docker. */
  readonly login?: number;
};

/** PROD's version is `old` and runs; PREPROD's is `new`. */
export async function openDeployment(
  { onTestFinished }: TestContext,
  options: DeploymentOptions,
): Promise<Deployment> {
  const { docker, old = serves, next = serves, mode = "restart", service = {} } = options;
  const { deadline = "60s", more = {}, login } = options;
  const container = `shop_${randomBytes(4).toString("hex")}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/version`;
  let composeFile = "";
  const compose = async (...args: readonly string[]): Promise<string> => {
    const environment = { ...process.env, DOCKER_HOST: docker.host };
    const { stdout } = await execute("docker-compose", ["-f", composeFile, ...args], { env: environment });
    return stdout.trim();
  };
  const { scene } = await openBehindSsh(onTestFinished, {
    sshd: {
      config: [`SetEnv DOCKER_HOST=${docker.host}`],
      ...(login !== undefined && { forceCommand: asUser(login) }),
    },
    preprod: { "src/start.sh": next, "src/version": "new\n" },
    prod: { [`${container}/start.sh`]: old, [`${container}/version`]: "old\n" },
    async fill({ preprod, prod }) {
      const app = { container, root: join(prod, container), port };
      const isPromoted = options.nextService !== undefined;
      composeFile = join(isPromoted ? app.root : join(dirname(prod), container), "compose.yml");
      mkdirSync(dirname(composeFile), { recursive: true });
      writeFileSync(composeFile, composeText(app, service));
      if (isPromoted) {
        writeFileSync(
          join(preprod, "src/compose.yml"),
          composeText(app, { ...service, ...options.nextService }),
        );
      }
      if (login !== undefined) await execute("chown", ["-R", `${login}:${login}`, dirname(prod)]);
    },
    app: () => ({
      paths: `[{ from: src/, to: ${container}/ }]`,
      restart: `{ compose: "${composeFile}", mode: ${mode} }`,
      health: [
        `{ deadline: ${deadline}, interval: 1s, successes: 2, container: ${container}`,
        `http: [{ url: "${url}" }]`,
        `logs: { command: docker logs ${container}, forbid: [Traceback, ModuleNotFoundError] } }`,
      ].join(", "),
      ...more,
    }),
  });
  // A container that Docker starts again makes the directories anew that it mounts.
  onTestFinished(() =>
    docker.run("rm", "-f", container).then(
      () => undefined,
      () => undefined,
    ),
  );
  await compose("up", "-d");
  return {
    scene,
    container,
    composeFile,
    compose,
    serves: () =>
      fetch(url).then(
        async (answer) => (answer.ok ? (await answer.text()).trim() : undefined),
        () => undefined,
      ),
  };
}

/** For `ForceCommand`: the login of the server is root, whatever its session becomes. */
function asUser(id: number): string {
  const [, , docker = ""] = execFileSync("getent", ["group", "docker"], { encoding: "utf8" }).split(":");
  return `exec setpriv --reuid=${id} --regid=${id} --groups=${docker} -- sh -c "$SSH_ORIGINAL_COMMAND"`;
}

// A scene whose PROD is on several hosts: an SSH server and a home for each, all under the root `~/shop/prod`.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { onTestFinished } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { type Files, openScene, type Scene, type SceneOptions, writeFiles } from "../scene.ts";
import { type OpenSsh, startOpenSsh } from "../ssh/openssh-server.ts";
import { fingerprintOfServer } from "./behind-ssh.ts";

export type Host = {
  readonly name: string;
  readonly server: OpenSsh;
  readonly root: string;
  /** PROD and what is beside it that a promotion may not change. */
  readonly snapshot: () => ReadonlyMap<string, string>;
  readonly restarts: () => number;
  /** The new version, and only that one, does not get healthy there; a `line` of its log says so. */
  readonly sicken: (line?: string) => void;
  readonly read: (path: string) => string;
};

export type Fleet = { readonly scene: Scene; readonly hosts: readonly Host[]; host(name: string): Host };

export const oldFiles: Files = {
  "app/main.txt": "old\n",
  "own/here.txt": "kept\n",
  "app/gone.txt": "goes\n",
};
export const newFiles: Files = { "src/main.txt": "new\n", "src/added/deep.txt": "added\n" };

/** Writes into the app's log whether the version that it started is healthy. */
const restart =
  "echo restarted >>../restarted; if [ -e ../sick ] && grep -q new app/main.txt; then cat ../sick; else echo fine; fi >>../app.log";

export async function openFleet(
  finish: typeof onTestFinished,
  {
    names = ["a", "b", "c"],
    prod = {},
    port = (server: OpenSsh) => server.port,
    preprodOn,
    hostLines = (lines: readonly string[]) => lines,
    files = oldFiles,
    app = {},
    ...options
  }: Partial<Omit<SceneOptions, "prod" | "app">> & {
    readonly names?: readonly string[];
    /** The host that has PREPROD too, in place of the bot's own machine. */
    readonly preprodOn?: string;
    /** More lines of `prod:`. */
    readonly prod?: Readonly<Record<string, string>>;
    /** Another one than the server's own. */
    readonly port?: (server: OpenSsh, name: string) => Promise<number> | number;
    /** The hosts of the configuration, one a line, written otherwise. */
    readonly hostLines?: (lines: readonly string[]) => readonly string[];
    readonly files?: Files;
    readonly app?: Readonly<Record<string, string>>;
  } = {},
): Promise<Fleet> {
  const hosts = await Promise.all(names.map(async (name) => openHost(finish, name, files)));
  const lines = await Promise.all(
    hosts.map(async ({ name, server }) => {
      const reached = await port(server, name);
      return `  ${name}: { address: 127.0.0.1, port: ${reached}, user: ${server.user}, identity-file: "${server.identityFile}", fingerprint: "${fingerprintOfServer(server)}" }`;
    }),
  );
  const both = hosts.find(({ name }) => name === preprodOn);
  if (both !== undefined) await writeFiles(join(both.root, "../preprod"), newFiles);
  const more = Object.entries(prod).map(([key, value]) => `, ${key}: ${value}`);
  const scene = await openScene({
    preprod: newFiles,
    prod: {},
    hosts: ["hosts:", ...hostLines(lines)].join("\n"),
    sides: ({ preprod }) => ({
      preprod:
        preprodOn === undefined
          ? `{ host: local, root: "${preprod}" }`
          : `{ host: ${preprodOn}, root: ~/shop/preprod }`,
      prod: `{ hosts: [${names.join(", ")}], root: ~/shop/prod${more.join("")} }`,
    }),
    app: {
      paths: "[{ from: src/, to: app/, delete: true }]",
      restart: `{ command: '${restart}' }`,
      health:
        "{ deadline: 4s, interval: 1s, successes: 1, logs: { command: 'cat ../app.log', forbid: [broken] } }",
      checks: "{ deletions: 'off' }",
      ...app,
    },
    ...options,
  });
  finish(() => scene.close());
  return {
    scene,
    hosts,
    host(name) {
      const found = hosts.find((host) => host.name === name);
      if (found === undefined) throw new Error(`no host ${name}`);
      return found;
    },
  };
}

async function openHost(finish: typeof onTestFinished, name: string, files: Files): Promise<Host> {
  const server = await startOpenSsh();
  finish(() => server.stop());
  const shop = join(server.home, "shop");
  const root = join(shop, "prod");
  mkdirSync(shop, { mode: 0o755 });
  await writeFiles(root, files);
  writeFileSync(join(shop, "app.log"), "fine\n");
  const restarted = join(shop, "restarted");
  return {
    name,
    server,
    root,
    snapshot: () => snapshot(root),
    restarts: () => (existsSync(restarted) ? readFileSync(restarted, "utf8").split("\n").length - 1 : 0),
    sicken: (line = "broken") => writeFileSync(join(shop, "sick"), `${line}\n`),
    read: (path) => readFileSync(join(root, path), "utf8"),
  };
}

/** What every host's PROD is; throws when they are not the same. */
export function versionsOf({ hosts }: Fleet): readonly string[] {
  return hosts.map((host) => host.read("app/main.txt").trim());
}

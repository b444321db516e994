// A small app in a container, run by a compose file of its own: what it serves, and how it begins, is in its directory.

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "../free-port.ts";
import { writeFiles } from "../scene.ts";
import { image } from "./engine.ts";

export type Shop = {
  /** Mounted at `/app`. */
  readonly root: string;
  readonly composeFile: string;
  readonly container: string;
  readonly url: string;
  /** Lines of its service in the compose file, in place of the usual ones. */
  readonly describe: (service: Service) => Promise<void>;
  readonly remove: () => Promise<void>;
};

export type Service = Readonly<Record<string, string>>;

/** Serves the directory; the first line of its log is its version. */
export const serves = "echo version $(cat /app/version); exec httpd -f -p 127.0.0.1:$PORT -h /app\n";

/** `start` is what the container runs, with BusyBox's shell. */
export async function openShop({
  start = serves,
  service = {},
}: {
  readonly start?: string;
  readonly service?: Service;
} = {}): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-shop-"));
  const root = join(directory, "prod");
  const container = `shop_${randomBytes(4).toString("hex")}`;
  // Its directory is the project's name.
  const composeFile = join(directory, container, "compose.yml");
  const port = await freePort();
  const describe = (other: Service): Promise<void> =>
    writeFile(composeFile, composeText({ container, root, port }, other));
  await mkdir(dirname(composeFile));
  await writeFiles(root, { "start.sh": start, version: "one\n" });
  await describe(service);
  return {
    root,
    composeFile,
    container,
    url: `http://127.0.0.1:${port}/version`,
    describe,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export function composeText(
  { container, root, port }: { readonly container: string; readonly root: string; readonly port: number },
  other: Service = {},
): string {
  const service: Service = {
    image,
    container_name: container,
    command: "sh /app/start.sh",
    network_mode: "host",
    environment: `[ PORT=${port} ]`,
    volumes: `[ ${JSON.stringify(`${root}:/app`)} ]`,
    // The first process of a container does not hear of an end that it does not ask for.
    stop_signal: "SIGKILL",
    ...other,
  };
  const lines = Object.entries(service).map(([key, value]) => `    ${key}: ${value}`);
  return ["services:", "  web:", ...lines, ""].join("\n");
}

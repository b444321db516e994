// A connection of the system's `ssh` that many sessions share: how it is made, and how it is known to be gone.

import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PasserelleError } from "../errors.ts";
import {
  controlArguments,
  type Hop,
  masterArguments,
  singleArguments,
  writesDown,
} from "./openssh-arguments.ts";
import { lossIn, shownIn, wasBusy } from "./openssh-failures.ts";
import { runSsh } from "./openssh-process.ts";
import { failedHop, hopsOf, routeTo } from "./openssh-route.ts";
import { openSession } from "./openssh-session.ts";
import { type PrivateDirectory, privateDirectory } from "./private-directory.ts";
import type { Connection } from "./remote.ts";
import type { Whereabouts } from "./ssh-failures.ts";
import { readyTimeoutSeconds, type SshHost, type SshOptions } from "./ssh-settings.ts";
import { readText } from "./text-file.ts";

const controlTimeoutSeconds = 5;
const sessionsPerLog = 200;

export async function connectOpenSsh(host: SshHost, options: SshOptions): Promise<Connection> {
  const places = await routeTo(host, options);
  const withoutTypes = places.map(() => new Set<string>());
  let wrongKey: PasserelleError | undefined;
  for (let mayBeBusy = true; ; ) {
    const directory = await privateDirectory();
    const route = hopsOf(places, directory.path, withoutTypes);
    const socket = join(directory.path, "s");
    const { code, said } = await connecting(
      host,
      masterArguments(route, options, socket),
      directory,
      options,
    );
    if (code === 0) return shared(host, route, socket, directory);
    const { at, log, failure } = await failedHop(route, said);
    await directory.remove();
    const shown = failure.code === "host-key-changed" ? shownIn(log)?.keyType : undefined;
    if (mayBeBusy && wasBusy(log)) {
      mayBeBusy = false;
      await sleep(300);
    } else if (
      shown !== undefined &&
      route[at]?.host.fingerprint !== undefined &&
      !withoutTypes[at]?.has(shown)
    ) {
      // A server shows one key of those it has, and another one may be the one that is pinned.
      withoutTypes[at]?.add(shown);
      wrongKey ??= failure;
    } else {
      throw failure.code === "host-algorithms" && wrongKey !== undefined ? wrongKey : failure;
    }
  }
}

/** The key a host answers with, before anything is sent to it. Jump hosts on the way are checked as always. */
export async function askKeyOverOpenSsh(
  host: SshHost,
  options: SshOptions,
): Promise<{ key: Buffer; where: Whereabouts }> {
  const places = await routeTo(host, options);
  const directory = await privateDirectory();
  try {
    const file = join(directory.path, "key");
    const route = hopsOf(places, directory.path, []).map((hop, index) =>
      index === places.length - 1 ? { ...hop, knownHostsCommand: writesDown(file) } : hop,
    );
    const { said } = await connecting(host, singleArguments(route, options), directory, options);
    const key = (await readText(file)).split("\n")[0] ?? "";
    const where = places.at(-1);
    if (key === "" || where === undefined) throw (await failedHop(route, said)).failure;
    return { key: Buffer.from(key, "base64"), where };
  } finally {
    await directory.remove();
  }
}

function connecting(
  host: SshHost,
  args: readonly string[],
  directory: PrivateDirectory,
  options: SshOptions,
): ReturnType<typeof runSsh> {
  const seconds = options.readyTimeoutSeconds ?? readyTimeoutSeconds;
  return runSsh(host.name, args, join(directory.path, "said"), seconds + 5);
}

function shared(
  host: SshHost,
  route: readonly Hop[],
  socket: string,
  directory: PrivateDirectory,
): Connection {
  const log = route.at(-1)?.log ?? "";
  let lost: string | undefined;
  let sessions = 0;

  async function control(request: "check" | "exit"): Promise<boolean> {
    const said = join(directory.path, "control");
    const { code } = await runSsh(host.name, controlArguments(socket, request), said, controlTimeoutSeconds);
    return code === 0;
  }

  async function look(): Promise<string | undefined> {
    if (lost === undefined && !(await control("check").catch(() => false)))
      lost ??= lossIn(await readText(log));
    return lost;
  }

  return {
    lost: () => lost,
    async openShell() {
      sessions += 1;
      if (sessions % sessionsPerLog === 0) await truncate(log).catch(() => {});
      return openSession(host.name, socket, look);
    },
    async close() {
      const gone = lost !== undefined;
      lost ??= "closed by us";
      if (!gone) await control("exit").catch(() => false);
      await directory.remove();
    },
  };
}

// The machines on the way to a host, as the ssh configuration and ours say.

import { join } from "node:path";
import type { PasserelleError } from "../errors.ts";
import { type Hop, trustsOnly } from "./openssh-arguments.ts";
import { failureIn, isLoggedIn } from "./openssh-failures.ts";
import { unreachable, type Whereabouts } from "./ssh-failures.ts";
import { jumpHost, resolveSshSettings, type SshHost, type SshOptions } from "./ssh-settings.ts";
import { readText } from "./text-file.ts";

const mostJumps = 8;

/** The nearest first, the host itself last. */
export async function routeTo(host: SshHost, options: SshOptions): Promise<readonly Whereabouts[]> {
  const route: Whereabouts[] = [];
  let next: SshHost | undefined = host;
  let jumps: readonly string[] | undefined;
  while (next !== undefined) {
    const where: Whereabouts = { host: next, settings: await resolveSshSettings(next, options) };
    route.unshift(where);
    if (route.length > mostJumps) throw unreachable(where, new Error("too many jump hosts"));
    const before: readonly string[] = jumps !== undefined && jumps.length > 0 ? jumps : where.settings.jumps;
    const last = before.at(-1);
    jumps = before.slice(0, -1);
    next = last === undefined ? undefined : jumpHost(last, next, options);
  }
  return route;
}

export function hopsOf(
  places: readonly Whereabouts[],
  directory: string,
  withoutTypes: readonly ReadonlySet<string>[],
): readonly Hop[] {
  return places.map((where, index) => {
    const { fingerprint } = where.host;
    return {
      ...where,
      log: join(directory, `log${index}`),
      withoutTypes: [...(withoutTypes[index] ?? [])],
      knownHostsCommand: fingerprint === undefined ? undefined : trustsOnly(fingerprint),
    };
  });
}

/** The first machine on the way where it did not go on; `said` is what was written beside the logs. */
export async function failedHop(
  route: readonly Hop[],
  said: string,
): Promise<{ readonly at: number; readonly log: string; readonly failure: PasserelleError }> {
  let before = "";
  for (const [at, hop] of route.entries()) {
    const log = await readText(hop.log);
    const last = at === route.length - 1;
    if (isLoggedIn(log) && !last) {
      before = log;
      continue;
    }
    const refused = /open failed: (.*)/.exec(before)?.[1];
    if (refused !== undefined) {
      const reason = `${route[at - 1]?.host.name} does not let us through to it: ${refused}`;
      return { at, log, failure: unreachable(hop, new Error(reason)) };
    }
    // Once it speaks to the server, what is beside the log may be a banner.
    const all = last && !/^debug1: Authenticating to /m.test(log) ? `${log}\n${said}` : log;
    return { at, log, failure: await failureIn(hop, all) };
  }
  throw new TypeError("a route has a target");
}

// Whether a host is who it should be: its key against known_hosts or against the pinned fingerprint.

import { PasserelleError } from "../errors.ts";
import {
  fingerprintOf,
  judge,
  type KnownKey,
  keysOf,
  keyTypes,
  parseKnownHosts,
  type ShownKey,
} from "./known-hosts.ts";
import { place, type Whereabouts } from "./ssh-failures.ts";
import { jumpName } from "./ssh-settings.ts";
import { readText } from "./text-file.ts";

export type HostKeyPolicy = {
  /** The only types the server may offer; undefined: any. */
  readonly keyTypes: readonly string[] | undefined;
  /** The failure that this key is, undefined if it is the right one. */
  readonly refusal: (shown: ShownKey) => PasserelleError | undefined;
};

export async function hostKeyPolicy(where: Whereabouts): Promise<HostKeyPolicy> {
  const { host, settings } = where;
  const pinned = host.fingerprint;
  if (pinned !== undefined) {
    return { keyTypes: undefined, refusal: (shown) => refusalOfPinned(where, pinned, shown) };
  }
  const entries = keysOf(await readKnownHosts(settings.knownHostsFiles), settings.keyName, settings.port);
  const types = keyTypes(entries);
  return {
    keyTypes: types.length === 0 ? undefined : types,
    refusal: (shown) => refusalOf(where, entries, shown),
  };
}

function refusalOfPinned(where: Whereabouts, pinned: string, shown: ShownKey): PasserelleError | undefined {
  const expected = pinned.replace(/=+$/, "");
  if (shown.fingerprint === expected) return undefined;
  return new PasserelleError("host-key-changed", {
    ...place(where),
    ...shown,
    expected,
    reason: "the configuration pins another fingerprint",
  });
}

function refusalOf(
  where: Whereabouts,
  entries: readonly KnownKey[],
  shown: ShownKey,
): PasserelleError | undefined {
  const judged = judge(entries, shown);
  const facts = { ...place(where), ...shown };
  switch (judged.verdict) {
    case "trusted":
      return undefined;
    case "revoked":
      return new PasserelleError("host-key-revoked", {
        ...facts,
        file: `${judged.by.file}:${judged.by.line}`,
      });
    case "changed":
      return new PasserelleError("host-key-changed", {
        ...facts,
        expected: fingerprintOf(Buffer.from(judged.expected.key, "base64")),
        file: `${judged.expected.file}:${judged.expected.line}`,
      });
    case "unknown":
      return new PasserelleError("host-key-unknown", {
        ...facts,
        onFile: keyTypes(entries),
        files: where.settings.knownHostsFiles,
        remedy: `passerelle trust-host ${nameToTrust(where)}`,
      });
  }
}

/** A jump host that is not in the configuration is named as a person would type it. */
function nameToTrust({ host, settings }: Whereabouts): string {
  const written = jumpName(host);
  if (written === undefined) return host.name;
  return /[@:]/.test(written) ? written : `${settings.user}@${written}`;
}

async function readKnownHosts(files: readonly string[]): Promise<readonly KnownKey[]> {
  const read = await Promise.all(files.map(async (file) => parseKnownHosts(await readText(file), file)));
  return read.flat();
}

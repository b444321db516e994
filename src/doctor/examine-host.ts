// A machine that sides are on: whether it answers, what it is, which tools it has, and what its clock says.

import type { HostConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import { type Equipment, lookForTools, missingFor, toolsMissing } from "../transport/tools.ts";
import type { Transport } from "../transport/transport.ts";
import { clockVerdict } from "./clocks.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";

/** Prints the time first: what follows may take a while. */
const hostScript = `
date +%s
id -un 2>/dev/null || id -u
if [ -r /etc/os-release ]; then (. /etc/os-release && echo "$PRETTY_NAME"); else uname -sr; fi
uname -s
for tool in zstd gzip rsync openssl perl python3; do ! command -v "$tool" >/dev/null 2>&1 || echo "$tool"; done
tar --version 2>/dev/null | head -n 1
`;

export type HostFacts = {
  readonly user: string;
  readonly system: string;
  readonly aheadSeconds: number;
  readonly seconds: number;
  readonly optional: readonly string[];
};

export async function examineHost(
  host: HostConfig,
  transport: Transport,
  use: "reading" | "writing",
  now: () => number,
): Promise<readonly Finding[]> {
  try {
    await transport.connect();
    const facts = await askHost(transport, now);
    const equipment = await lookForTools(transport);
    return hostVerdict(host, facts, equipment, use);
  } catch (error) {
    if (isFailure(error)) return [failed(error)];
    throw error;
  }
}

async function askHost(transport: Transport, now: () => number): Promise<HostFacts> {
  const before = now();
  const { stdout } = await capture(transport, hostScript, {
    what: "looking at the host",
    timeoutSeconds: 30,
  });
  const between = (before + now()) / 2;
  const seconds = (now() - before) / 1000;
  const [clock = "", user = "", name = "", kernel = "", ...tools] = decodeBytes(stdout).trimEnd().split("\n");
  const optional = tools.filter((line) => !line.startsWith("tar "));
  const tar = tools.find((line) => line.startsWith("tar "));
  return {
    user,
    system: [kernel === "Darwin" ? "macOS" : name, tar].filter((part) => part !== undefined).join(", "),
    // It tells whole seconds: half of one is the best guess of the rest.
    aheadSeconds: Math.round(Number(clock) + 0.5 - between / 1000),
    seconds,
    optional,
  };
}

export function hostVerdict(
  host: HostConfig,
  { user, system, aheadSeconds, seconds, optional }: HostFacts,
  equipment: Equipment,
  use: "reading" | "writing",
): readonly Finding[] {
  const missing = missingFor(use, equipment);
  const compresses = optional.includes("zstd") || optional.includes("gzip");
  return [
    ok("host-reached", { host: host.name, user, system, seconds, local: host.kind === "local" }),
    missing.length === 0
      ? ok("tools-there", { optional })
      : failed(toolsMissing(host.name, { ...equipment, missing })),
    ...(compresses || use === "reading" ? [] : [warning("compression-missing")]),
    ...(host.kind === "local"
      ? []
      : [clockVerdict(aheadSeconds, { good: "host-clock", apart: "host-clock-apart" })]),
  ];
}

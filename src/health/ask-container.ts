// Asks Docker on PROD's host how a container is.

import { lastLines } from "../transport/plain-lines.ts";
import type { Transport } from "../transport/transport.ts";
import { askHost } from "./ask-host.ts";
import { bad, good, type Probed, unreached } from "./probe.ts";

export type ContainerState = {
  readonly status: string;
  /** Undefined when the container has no health check. */
  readonly health: string | undefined;
  /** Starts again by Docker itself since the last start by a person. */
  readonly restarts: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** When the process before this one ended, and when this one was started: seconds with nine decimals. */
  readonly ended: string | undefined;
  readonly started: string | undefined;
  /** The last line of its last health check; empty without one. */
  readonly checked: string;
};

const script = `
docker=docker
command -v docker >/dev/null 2>&1 || { command -v podman >/dev/null 2>&1 && docker=podman; }
exec timeout -k 1 "$2" "$docker" inspect --type container --format \
  'state {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}} {{.RestartCount}} {{.State.ExitCode}} {{.State.OOMKilled}}
times {{.State.FinishedAt}} {{.State.StartedAt}}{{if .State.Health}}{{range .State.Health.Log}}
check {{json .Output}}{{end}}{{end}}' "$1"
`;

const mostSeconds = 15;

export type ContainerProbed = {
  readonly probed: Probed;
  readonly restarts: number | undefined;
  /** A moment between the end of the process before and the start of this one, which runs; undefined where Docker itself started it. */
  readonly changed: string | undefined;
};

export async function askContainer(
  transport: Transport,
  container: string,
  seconds: number,
): Promise<ContainerProbed> {
  const name = `container ${container}`;
  const limit = Math.max(1, Math.ceil(Math.min(seconds, mostSeconds)));
  const answer = await askHost(transport, script, {
    args: [container, String(limit)],
    timeoutSeconds: limit + 10,
  });
  const without = (probed: Probed): ContainerProbed => ({ probed, restarts: undefined, changed: undefined });
  if (answer.is === "unreached") return without(unreached(name, transport.host, answer.reason));
  if (answer.is === "late") return without(bad(name, `Docker did not answer within ${limit} s`));
  const state = parseContainerState(answer.stdout.toString());
  if (state === undefined)
    return without(bad(name, inspectTrouble(answer.code, lastLines(answer.stderr, 1)[0] ?? "", limit)));
  return { probed: judgeContainer(name, state), restarts: state.restarts, changed: changeOf(state) };
}

function parseContainerState(printed: string): ContainerState | undefined {
  const [, status, health, restarts, exitCode, outOfMemory] =
    /^state (\w+) (\S+) (\d+) (-?\d+) (\w+)$/m.exec(printed) ?? [];
  const [, ended, started] = /^times (\S+) (\S+)$/m.exec(printed) ?? [];
  if (status === undefined || health === undefined) return undefined;
  return {
    status,
    health: health === "-" || health === "none" || health === "" ? undefined : health,
    restarts: Number(restarts),
    exitCode: Number(exitCode),
    outOfMemory: outOfMemory === "true",
    ended: secondsOf(ended),
    started: secondsOf(started),
    checked: lastCheckOf(printed),
  };
}

/** `2026-11-28T03:28:09.341525857Z` as Docker writes a moment; the year 1 stands for never. */
function secondsOf(moment: string | undefined): string | undefined {
  const [, whole = "", fraction = "", zone = ""] =
    /^([-\d]+T[:\d]+)(?:\.(\d{1,9}))?(Z|[-+][:\d]+)$/.exec(moment ?? "") ?? [];
  const seconds = Date.parse(`${whole}${zone}`) / 1000;
  return seconds > 0 ? `${seconds}.${fraction.padEnd(9, "0")}` : undefined;
}

/**
 * Half-way: the last words of the old process may be noted a little after its end, and the first ones of the new process a
 * little before its start. One that runs no more has ended itself, maybe before Docker has noted its start.
 */
function changeOf({ status, restarts, ended, started }: ContainerState): string | undefined {
  if (status !== "running" || restarts > 0 || ended === undefined || started === undefined) return undefined;
  const [from, to] = [nanoseconds(ended), nanoseconds(started)];
  if (from > to) return undefined;
  const between = String((from + to) / 2n).padStart(10, "0");
  return `${between.slice(0, -9)}.${between.slice(-9)}`;
}

function nanoseconds(moment: string): bigint {
  return BigInt(moment.replace(".", ""));
}

function inspectTrouble(code: number, said: string, limit: number): string {
  if (code === 124 || code === 137) return `Docker did not answer within ${limit} s`;
  if (code === 127) return "Docker is not installed on this host, or not in the PATH of the login";
  if (/no such (?:container|object)|no container with name/i.test(said)) return "there is no such container";
  if (/permission denied/i.test(said)) return "the login may not speak to the Docker daemon";
  if (/daemon/i.test(said)) return "the Docker daemon does not answer";
  return `docker inspect failed${said === "" ? "" : `: ${said}`}`;
}

/** Pure. `name` is how the probe is told. */
export function judgeContainer(name: string, state: ContainerState): Probed {
  const again =
    state.restarts === 0
      ? ""
      : `, started again ${state.restarts === 1 ? "once" : `${state.restarts} times`}`;
  const ended = state.outOfMemory
    ? "was killed for want of memory"
    : `has exited with code ${state.exitCode}`;
  const checked = state.checked === "" ? "" : `: ${state.checked}`;
  const told = (seen: string, hopeless = false) => bad(name, seen, { trouble: `${name} ${seen}`, hopeless });
  switch (state.status) {
    case "running":
      if (state.health === undefined) return good(name, `running${again}`, 0);
      if (state.health === "healthy") return good(name, `healthy${again}`, 0);
      if (state.health === "starting")
        return told(`runs, its health check is still starting${again}${checked}`);
      return told(`runs, but its health check says ${state.health}${again}${checked}`);
    case "restarting":
      return told(`keeps restarting: it ${ended}${again}`);
    case "exited":
    case "dead":
      return told(ended, true);
    default:
      return told(`is ${state.status}`);
  }
}

function lastCheckOf(printed: string): string {
  const output = [...printed.matchAll(/^check (".*")$/gm)].at(-1)?.[1] ?? '""';
  return (
    lastLines(Buffer.from(textOf(output)), 1)[0]
      ?.trim()
      .slice(0, 200) ?? ""
  );
}

function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return "";
  }
}

// How PROD is restarted and how it shows that it is healthy, from the compose file and other starts near it. Pure.

import { quote } from "../transport/shell.ts";
import { type ComposeService, servicesOf } from "./compose-file.ts";
import { isCode } from "./names.ts";
import { type Note, note } from "./note.ts";
import type { SortedSide } from "./sort-out.ts";
import type { Surroundings } from "./surveyed.ts";

export type FoundRestart =
  | {
      readonly kind: "compose";
      readonly file: string;
      readonly mode: "restart" | "recreate";
      readonly services: readonly string[];
    }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "none" };

export type FoundRunning = {
  readonly restart: FoundRestart;
  readonly restartNotes: readonly Note[];
  /** Ways to start it that were seen but are not used: each is a line that could stand there. */
  readonly hints: readonly { readonly line: string; readonly note: Note }[];
  readonly url: string | undefined;
  readonly urlNotes: readonly Note[];
  readonly container: string | undefined;
  readonly containerNotes: readonly Note[];
  /** `90s`; undefined when nothing says how long a start takes. */
  readonly startPeriod: string | undefined;
  readonly deadline: string;
  readonly forbid: readonly string[];
};

export function inferRunning(
  preprod: SortedSide,
  prod: SortedSide,
  surroundings: Surroundings,
): FoundRunning {
  const services = servicesOf(surroundings);
  const service = services[0];
  const hints = hintsOf(preprod, prod, surroundings);
  const startSeconds = secondsOf(service?.startPeriod);
  const forbid = forbiddenLines(preprod);
  const common = {
    hints,
    forbid,
    startPeriod: startSeconds === undefined || startSeconds === 0 ? undefined : `${startSeconds}s`,
    deadline:
      startSeconds === undefined || startSeconds < 240 ? "5m" : `${Math.ceil(startSeconds / 60) * 2}m`,
  };
  const { url, notes } = healthUrl(service, preprod, prod);
  if (service === undefined) {
    return {
      ...common,
      restart: { kind: "none" },
      restartNotes: [note("no-restart")],
      url: undefined,
      urlNotes: url === undefined ? [] : [note("url-guess", { url })],
      container: undefined,
      containerNotes: [],
    };
  }
  const others = [...new Set(services.map(({ file }) => file))].filter((file) => file !== service.file);
  return {
    ...common,
    restart: restartOf(service, services, surroundings),
    restartNotes: [
      note(`compose-${service.use}`, { service: service.name, file: service.file }),
      ...others.slice(0, 3).map((file) => note("other-compose", { file })),
    ],
    url,
    urlNotes: notes,
    container: isContainerName(service.container) ? service.container : undefined,
    containerNotes: [
      isContainerName(service.container)
        ? note("container", { service: service.name })
        : note("no-container", { service: service.name }),
    ],
  };
}

function restartOf(
  service: ComposeService,
  services: readonly ComposeService[],
  { home, isBelowHome }: Surroundings,
): FoundRestart {
  if (service.use === "built") {
    // A restart, or even a new container, would run the old image.
    return { kind: "command", command: `docker compose -f ${quote(service.file)} up -d --build` };
  }
  const together = services
    .filter(({ file, use, name }) => file === service.file && use === service.use && /^[\w.-]+$/.test(name))
    .map(({ name }) => name);
  const named = together.length < service.among ? together : [];
  const isInHome = isBelowHome && home !== "" && service.file.startsWith(`${home}/`);
  const file = isInHome ? `~${service.file.slice(home.length)}` : service.file;
  return { kind: "compose", file, mode: "restart", services: named };
}

function healthUrl(
  service: ComposeService | undefined,
  preprod: SortedSide,
  prod: SortedSide,
): { readonly url: string | undefined; readonly notes: readonly Note[] } {
  const tested = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?(\/[^\s"'|;&)]*)?/.exec(
    service?.test ?? "",
  );
  const path = tested?.[2] === "/" ? "" : (tested?.[2] ?? "");
  const started = portOfCommand(service?.command ?? "");
  const inside = (tested === null ? undefined : (tested[1] ?? "80")) ?? started;
  const port = service?.ports.find(({ target }) => target === inside) ?? service?.ports[0];
  if (port !== undefined) {
    const why = note("port-published", { port: port.published, service: service?.name ?? "" });
    const healthNote = path === "" ? [] : [note("url-tested")];
    // The path of the check belongs to the port it was asked on.
    const isTested = inside === undefined || port.target === inside;
    return {
      url: `http://${addressOf(port.address)}:${port.published}${isTested ? path : ""}`,
      notes: [why, ...healthNote],
    };
  }
  if (service?.isOnHostNetwork === true && inside !== undefined) {
    return { url: `http://localhost:${inside}${path}`, notes: [note("port-started", { port: inside })] };
  }
  const [found] = [portOfFiles(prod), portOfFiles(preprod)].filter((one) => one !== undefined);
  if (found === undefined || (service !== undefined && !service.isOnHostNetwork)) {
    return {
      url: undefined,
      notes: service === undefined ? [] : [note("no-port", { service: service.name })],
    };
  }
  return {
    url: `http://localhost:${found.port}`,
    notes: [note("port-of-file", { port: found.port, file: found.file })],
  };
}

function addressOf(address: string): string {
  return ["", "0.0.0.0", "127.0.0.1", "[::]", "::", "[::1]", "::1"].includes(address) ? "localhost" : address;
}

/** `--server.port 8501`, `--port=3000`, `-p 3000`, `--bind 0.0.0.0:8000`, `PORT=3000`. */
function portOfCommand(command: string): string | undefined {
  const match =
    /--(?:server\.)?port[= ](\d{2,5})\b/.exec(command) ??
    /(?:--bind|-b|--listen|--http)[= ]\S*?:(\d{2,5})\b/.exec(command) ??
    /(?:^|\s)-p[= ]?(\d{2,5})\b/.exec(command) ??
    /\bPORT=(\d{2,5})\b/.exec(command);
  return match?.[1];
}

function portOfFiles(side: SortedSide): { readonly port: string; readonly file: string } | undefined {
  for (const file of ["Procfile", "package.json", "Dockerfile", ".streamlit/config.toml"]) {
    const text = side.texts.get(file);
    if (text === undefined) continue;
    const port =
      portOfCommand(text) ??
      (file === "Dockerfile" ? /^\s*EXPOSE\s+(\d{2,5})/im.exec(text)?.[1] : undefined) ??
      (file.startsWith(".streamlit") ? /^\s*port\s*=\s*(\d{2,5})/m.exec(text)?.[1] : undefined);
    if (port !== undefined) return { port, file };
  }
  return undefined;
}

function hintsOf(
  preprod: SortedSide,
  prod: SortedSide,
  { units, prodRoot }: Surroundings,
): FoundRunning["hints"] {
  const found: { line: string; note: Note }[] = [];
  for (const { path, text } of units) {
    if (!namesDirectory(text, prodRoot)) continue;
    const unit = path.slice(path.lastIndexOf("/") + 1);
    const isOwn = path.includes("/.config/systemd/");
    if (!/^[A-Za-z0-9:_.@-]+$/.test(unit)) continue;
    const line = `restart: { systemd: ${unit}${isOwn ? ", user: true" : ", sudo: true"} }`;
    found.push({ line, note: note("hint-unit", { file: path }) });
  }
  for (const side of [prod, preprod]) {
    const web = /^web:\s*(.+)$/m.exec(side.texts.get("Procfile") ?? "")?.[1]?.trim();
    const start = startOfPackage(side.texts.get("package.json"));
    if (web !== undefined) found.push({ line: web, note: note("hint-start", { file: "Procfile" }) });
    if (start !== undefined) found.push({ line: start, note: note("hint-start", { file: "package.json" }) });
    if (web !== undefined || start !== undefined) break;
  }
  return found.slice(0, 5);
}

function namesDirectory(text: string, directory: string): boolean {
  for (let at = text.indexOf(directory); at >= 0; at = text.indexOf(directory, at + 1)) {
    const next = text[at + directory.length];
    if (next === undefined || !/[A-Za-z0-9_.-]/.test(next)) return true;
  }
  return false;
}

function startOfPackage(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const manifest: unknown = JSON.parse(text);
    const scripts: unknown =
      typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "scripts") : undefined;
    const start: unknown =
      typeof scripts === "object" && scripts !== null ? Reflect.get(scripts, "start") : undefined;
    return typeof start === "string" && start.trim() !== "" ? start.trim() : undefined;
  } catch {
    return undefined;
  }
}

function forbiddenLines(preprod: SortedSide): readonly string[] {
  const count = (ending: RegExp): number =>
    preprod.promoted.filter((path) => isCode(path) && ending.test(path)).length;
  const [python, node] = [count(/\.py$/), count(/\.[cm]?[jt]sx?$/)];
  if (python === 0 && node === 0) return [];
  return python >= node
    ? ["Traceback", "ModuleNotFoundError"]
    : ["UnhandledPromiseRejection", "Cannot find module"];
}

/** `1m30s`, `90s`, `1h`: as compose writes durations. */
function secondsOf(written: string | undefined): number | undefined {
  if (written === undefined || !/^(\d+(\.\d+)?(h|m|s|ms|us))+$/.test(written)) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000_001 };
  let seconds = 0;
  for (const [, amount = "0", unit = "s"] of written.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|m|s)/g)) {
    seconds += Number(amount) * (units[unit] ?? 1);
  }
  return Math.ceil(seconds);
}

function isContainerName(name: string | undefined): name is string {
  return name !== undefined && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name);
}

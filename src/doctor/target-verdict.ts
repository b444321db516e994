// What the facts about PROD and its state directory mean. Pure.

import type { ListedPoint } from "../backup/list-restore-points.ts";
import type { AppConfig } from "../config/config.ts";
import type { Claim } from "../transport/claim.ts";
import { quote } from "../transport/shell.ts";
import { type Report, undotted } from "../tree/lists.ts";
import { compilePatterns } from "../tree/patterns.ts";
import { unescapeMount } from "../tree/probe.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** What the bot's own database knows. */
export type Past = {
  /** Promotions under way; undefined when it could not be asked. */
  readonly running: readonly string[] | undefined;
  /** When the restore points of an app were last checked, by the app. */
  readonly verified: ReadonlyMap<string, string>;
};

/** Large enough to find the place by, short enough to be read. */
const shown = 5;

export function placeVerdict(app: AppConfig, host: string, report: Report, past: Past): readonly Finding[] {
  const root = report.all("root")[0] ?? app.prod.root;
  const user = report.all("user")[0] ?? "";
  const about = { host, user, root };
  return [
    ...parentVerdict(report.all("open-parent"), host),
    roomVerdict(report),
    ...rightsVerdict(app, report.all("locked").map(undotted), about),
    ...ownersVerdict(report, about),
    ...mountsVerdict(report, root),
    ...leftVerdict(app, report, host, past),
  ];
}

function parentVerdict(open: readonly string[], host: string): readonly Finding[] {
  return open.length === 0
    ? [ok("parents-safe")]
    : open.map((path) => warning("parent-open", { path, host }));
}

/** A promotion of everything needs an archive as large as PROD at worst, all new files, and links to the old ones. */
function roomVerdict(report: Report): Finding {
  const bytes = report.number("bytes");
  const files = report.number("files");
  const [free, freeFiles] = [report.number("bytes-free"), report.number("inodes-free")];
  const [needed, neededFiles] = [2 * bytes, 2 * files];
  if (free >= needed && freeFiles >= neededFiles) return ok("room-enough", { free, bytes, files });
  return warning("room-short", { free, needed, freeFiles, neededFiles });
}

function rightsVerdict(
  app: AppConfig,
  locked: readonly string[],
  { host, user, root }: { readonly host: string; readonly user: string; readonly root: string },
): readonly Finding[] {
  const left = compilePatterns([...app.ignore, ...app.protect]);
  const isLeft = (path: string): boolean => path !== "" && left.matches(path, true);
  const isRuled = (path: string): boolean =>
    app.paths.some(({ to }) => {
      const bare = to === "./" ? "" : to.replace(/\/$/, "");
      const above = path === "" || bare === path || bare.startsWith(`${path}/`);
      return above || bare === "" || (to.endsWith("/") && path.startsWith(`${bare}/`));
    });
  const facts = (paths: readonly string[]) => ({
    ...{ host, user, count: paths.length },
    paths: paths.slice(0, shown).map((path) => (path === "" ? root : path)),
    commandPaths: paths
      .slice(0, shown)
      .map((path) => quote(path === "" ? root : `${root}/${path}`))
      .join(" "),
  });
  const wanted = locked.filter((path) => !isLeft(path) && isRuled(path));
  const caches = locked.filter(isLeft);
  return [
    wanted.length === 0 ? ok("renamable", { user }) : wrong("directories-locked", facts(wanted)),
    ...(caches.length === 0 ? [] : [warning("caches-locked", facts(caches))]),
  ];
}

function ownersVerdict(
  report: Report,
  { host, user, root }: { readonly host: string; readonly user: string; readonly root: string },
): readonly Finding[] {
  const foreign = report.all("foreign").map((record) => {
    const space = record.indexOf(" ");
    return { owner: record.slice(0, space), path: undotted(record.slice(space + 1)) };
  });
  if (foreign.length === 0) return [];
  const owners = [...new Set(foreign.map(({ owner }) => owner))].slice(0, shown);
  const paths = foreign.slice(0, shown).map(({ path }) => path);
  const count = report.number("foreign-count");
  return [warning("foreign-files", { count, owners, paths, host, user, path: quote(root) })];
}

function mountsVerdict(report: Report, root: string): readonly Finding[] {
  const inside = report
    .all("mount")
    .map(unescapeMount)
    .filter((path) => path.startsWith(`${root}/`));
  return inside.length === 0 ? [] : [warning("mounts-inside", { paths: inside })];
}

function leftVerdict(app: AppConfig, report: Report, host: string, { running }: Past): readonly Finding[] {
  const jobs = report.all("job");
  const stagings = report.all("staging").map((record) => {
    const [bytes = "0", ...name] = record.split(" ");
    return { bytes: Number(bytes), name: name.join(" ") };
  });
  const isUnderWay = (name: string): boolean =>
    running === undefined ||
    running.some((id) => name.startsWith(id)) ||
    jobs.some((job) => job.startsWith(name.replace(/\.from$/, "")));
  const dead = stagings.filter(({ name }) => !isUnderWay(name));
  const stateDir = `${parentOf(report.all("root")[0] ?? app.prod.root)}/.passerelle/${app.name}`;
  return [
    ...(jobs.length === 0
      ? []
      : [(isUnderWayAll(jobs, running) ? ok : warning)("jobs-running", { jobs, host })]),
    ...(dead.length === 0
      ? []
      : [
          warning("staging-left", {
            host,
            path: `${stateDir}/staging`,
            bytes: dead.reduce((sum, { bytes }) => sum + bytes, 0),
            ids: dead.map(({ name }) => name).slice(0, shown),
            commandPaths: dead.map(({ name }) => quote(`${stateDir}/staging/${name}`)).join(" "),
          }),
        ]),
  ];
}

function isUnderWayAll(jobs: readonly string[], running: readonly string[] | undefined): boolean {
  return running !== undefined && jobs.every((job) => running.some((id) => job.startsWith(id)));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

export function claimVerdict(app: string, held: Claim | undefined, { running }: Past): Finding {
  if (held === undefined) return ok("claim-free");
  const { owner, holder } = held;
  const facts = { app, owner, holder, since: held.since.toISOString() };
  if (running === undefined) return warning("claim-unsure", facts);
  return running.includes(owner) ? ok("claim-held", facts) : warning("claim-left", facts);
}

export function restorePointsVerdict(
  app: string,
  points: readonly ListedPoint[],
  { verified }: Past,
): Finding {
  const [newest] = points;
  if (newest === undefined) return ok("restore-points-none");
  return ok("restore-points", {
    app,
    count: points.length,
    newest: newest.createdAt,
    verified: verified.get(app),
  });
}

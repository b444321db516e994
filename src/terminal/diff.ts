// `passerelle diff`: what would change, for people, for programs and as a patch.

import { diffJson } from "../tree/diff-json.ts";
import { overwrittenDrift } from "../tree/drift.ts";
import type { Plan, PlanBody } from "../tree/plan.ts";
import type { TerminalCommand } from "./arguments.ts";
import { chooseApp, exits, type TerminalContext } from "./context.ts";

export async function showDiff(
  command: Extract<TerminalCommand, { name: "diff" }>,
  { promotions, screen, by }: TerminalContext,
): Promise<number> {
  const app = chooseApp(promotions, command.app);
  screen.note(screen.texts.terminal.comparing(app));
  const proposal = await promotions.propose({ app, by, groups: command.groups, fresh: command.fresh });
  const { plan } = proposal;
  const driftPatch = command.driftPatch ? await promotions.driftPatch(app, plan.drift) : undefined;
  if (command.json) {
    const patch =
      command.patch && proposal.outcome === "planned" ? { patch: await promotions.patch(plan.id) } : {};
    screen.json({ ...diffJson(plan), ...patch, ...(driftPatch !== undefined && { driftPatch }) });
  } else if (driftPatch !== undefined) {
    // Nothing else, so that it can be given to `git apply` as it comes.
    screen.raw(driftPatch);
  } else if (proposal.outcome === "in-sync") {
    screen.say(screen.texts.plan.inSync(app));
    for (const line of describeDrift(plan, screen.texts)) screen.say(line);
  } else {
    for (const line of describePlan(plan, screen.texts)) screen.say(line);
    if (command.patch) screen.raw(await promotions.patch(plan.id));
    else screen.say(screen.texts.terminal.howToPromote(app, plan.id));
  }
  return exitOf(plan);
}

export function exitOf(plan: PlanBody): number {
  if (plan.checks.some(({ level }) => level === "block")) return exits.blocked;
  return plan.changes.length === 0 ? exits.ok : exits.changes;
}

function describeDrift(plan: Plan, texts: TerminalContext["screen"]["texts"]): readonly string[] {
  if (plan.drift.length === 0) return [];
  const overwritten = new Set(overwrittenDrift(plan));
  const rows = plan.drift.map((one) => {
    const said = `${texts.plan.driftWas[one.was]}, ${texts.measures.moment(one.since)}`;
    return ` ! ${one.path}${onHosts(one)}  (${overwritten.has(one) ? `${said}; ${texts.drift.isOverwritten}` : said})`;
  });
  return ["", texts.drift.heading, ...rows];
}

function onHosts({ hosts }: { readonly hosts?: readonly string[] }): string {
  return hosts === undefined ? "" : `  [${hosts.join(", ")}]`;
}

/** The plan as lines of plain text. */
export function describePlan(plan: Plan, texts: TerminalContext["screen"]["texts"]): readonly string[] {
  const { terminal, measures } = texts;
  const { added, changed, removed, bytes, linesAdded, linesRemoved } = plan.summary;
  const letters = { add: "A", change: "M", remove: "D", mode: "X", type: "T" } as const;
  const rows = plan.changes.map((change) => {
    const lines =
      change.linesAdded + change.linesRemoved === 0 ? "" : `  +${change.linesAdded} -${change.linesRemoved}`;
    return ` ${letters[change.kind]} ${change.path}${lines}${onHosts(change)}`;
  });
  const checks = plan.checks.filter(({ level }) => level !== "ok");
  return [
    terminal.planHeading(plan.app, plan.id),
    ...(plan.hosts === undefined
      ? []
      : [
          `${texts.plan.hosts}: ${texts.plan.hostList(plan.hosts.length, plan.hosts.map(({ name }) => name).join(", "))}. ${texts.plan.hostsInTurn(plan.hosts.length, plan.batch ?? 1)}`,
        ]),
    `${texts.plan.changed(changed)}, ${texts.plan.added(added)}, ${texts.plan.removed(removed)} · +${linesAdded} -${linesRemoved} · ${measures.bytes(bytes)}`,
    "",
    ...rows,
    ...plan.onlyInProd.map((path) => `   ${path}`),
    ...describeDrift(plan, texts),
    ...(checks.length === 0 ? [] : ["", terminal.checksHeading]),
    ...checks.map((check) => ` ${terminal.levels[check.level]}  ${check.id}: ${check.message}`),
    "",
    terminal.digest(plan.digest),
    terminal.expires(measures.moment(plan.expiresAt)),
  ];
}

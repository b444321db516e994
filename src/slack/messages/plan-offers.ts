// What may go along with a plan, to be ticked; its large files; and how many paths the rules account for.

import type { Checkboxes, KnownBlock, MrkdwnOption } from "@slack/types";
import { clipMrkdwn } from "../../texts/escape.ts";
import type { Change, Covered, GroupOffer, OfferedFile, Plan } from "../../tree/plan.ts";
import { clipPlain, context, md, pt, section } from "./blocks.ts";
import type { Voice } from "./voice.ts";

/** Slack's own most. */
const mostOptions = 10;
const mostOptionText = 75;
/** The block's id carries the plan's: check boxes have no value of their own. */
export const groupsBlock = (planId: string): string => `groups:${planId}`;

export function planIdOfGroupsBlock(blockId: string): string | undefined {
  return /^groups:(pl_[^:]+)(?::|$)/.exec(blockId)?.[1];
}

/** The groups as check boxes, ticked as the plan has them; nothing where the rules have no groups. */
export function groupChoice(voice: Voice, plan: Plan): readonly KnownBlock[] {
  const options = (plan.offers ?? [])
    .filter(({ name }) => name.length <= 150)
    .slice(0, mostOptions)
    .map((offer) => optionOf(voice, plan, offer));
  if (options.length === 0) return [];
  const chosen = options.filter(({ value }) => value !== undefined && plan.groups.includes(value));
  const boxes: Checkboxes = {
    type: "checkboxes",
    action_id: "plan.groups",
    options,
    ...(chosen.length > 0 && { initial_options: chosen }),
  };
  return [
    context(voice.texts.offering.choose),
    { type: "actions", block_id: groupsBlock(plan.id), elements: [boxes] },
  ];
}

/** For a person whose plan turned out empty: what else there would be. */
export function notChosen(voice: Voice, plan: Plan): readonly KnownBlock[] {
  const say = voice.texts.offering;
  const left = (plan.offers ?? []).filter(
    ({ name, files, behind, unsure }) => !plan.groups.includes(name) && files > 0 && behind + unsure > 0,
  );
  return left.slice(0, 3).map((offer) => {
    const facts = [factsOf(voice, plan, offer), stateOf(voice, offer)].join(", ");
    const command = voice.code(`/promote diff ${plan.app} --with ${offer.name}`, 120);
    return section(
      `:card_index_dividers: ${say.notChosen} ${voice.code(offer.name, 40)} ${facts}. ${say.askFor(command)}`,
    );
  });
}

/** Files that take long: how large, how old, and what PROD has in their place. */
export function largeFiles(voice: Voice, plan: Plan, most: number): readonly KnownBlock[] {
  const say = voice.texts.offering;
  const large = plan.changes
    .filter(({ kind, after }) => kind !== "mode" && after?.type === "file" && after.size >= largeBytes)
    .toSorted((left, right) => sizeOf(right.after) - sizeOf(left.after));
  const lines = large.slice(0, most).map(({ path, before, after }) => {
    const now =
      before?.type === "file" ? say.wasInProd(...sizeAndAge(voice, plan, before)) : say.inProd.missing;
    return `• ${voice.code(path, 60)} ${[...sizeAndAge(voice, plan, after), now].join(", ")}`;
  });
  const left = large.length - lines.length;
  return lines.length === 0
    ? []
    : [
        section(
          [`:package: ${say.large}`, ...lines, ...(left > 0 ? [voice.texts.plan.more(left)] : [])].join("\n"),
        ),
      ];
}

const largeBytes = 10 * 1024 * 1024;

/** One line for both sides: nothing that is there is left without a word. */
export function coverageLine(voice: Voice, { coverage }: Plan): string {
  if (coverage === undefined) return "";
  const say = voice.texts.offering;
  const sides = (["preprod", "prod"] as const).map((side) =>
    say.covered(side.toUpperCase(), partsOf(voice, coverage[side])),
  );
  const whole = coverage.preprod.unexplained + coverage.prod.unexplained === 0 ? ` · ${say.accounted}` : "";
  return sides.join(" · ") + whole;
}

function partsOf({ texts }: Voice, covered: Covered): string {
  const say = texts.offering;
  const parts = (["mapped", "unselected", "ignored", "protected", "unexplained"] as const)
    .filter((part) => part === "mapped" || covered[part] > 0)
    .map((part) => say[part](covered[part]));
  return parts.join(", ");
}

function optionOf(voice: Voice, plan: Plan, offer: GroupOffer): MrkdwnOption {
  const facts = factsOf(voice, plan, offer);
  const [only, second] = offer.largest;
  const file = only !== undefined && second === undefined ? `${voice.plain(only.path, 36)}: ` : "";
  return {
    text: md(clipMrkdwn(`*${voice.safe(offer.name, 24)}* ${facts}`, mostOptionText)),
    description: pt(clipPlain(`${file}${stateOf(voice, offer)}`, mostOptionText)),
    value: offer.name,
  };
}

function factsOf(voice: Voice, plan: Plan, offer: GroupOffer): string {
  const { texts } = voice;
  if (offer.files === 0) return texts.offering.empty;
  const newest = offer.largest
    .map(({ modifiedAt }) => modifiedAt)
    .sort()
    .at(-1);
  return [
    offer.files === 1 ? "" : texts.offering.files(offer.files),
    texts.measures.bytes(offer.bytes),
    newest === undefined ? "" : ageOf(voice, plan, newest),
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function stateOf({ texts }: Voice, { files, behind, unsure, largest }: GroupOffer): string {
  const say = texts.offering;
  const [only] = largest;
  if (files === 0) return say.empty;
  if (files === 1 && only !== undefined) return say.inProd[only.inProd satisfies OfferedFile["inProd"]];
  const parts = [behind > 0 ? say.behind(behind, files) : "", unsure > 0 ? say.unsure(unsure) : ""];
  return parts.filter((part) => part !== "").join(", ") || say.allSame;
}

function sizeAndAge(voice: Voice, plan: Plan, entry: Change["after"]): [string, string] {
  const modified = entry !== undefined && "mtime" in entry ? Number(entry.mtime) * 1000 : Number.NaN;
  const age = Number.isFinite(modified) ? ageBetween(voice, modified, Date.parse(plan.createdAt)) : "";
  return [voice.texts.measures.bytes(sizeOf(entry)), age];
}

function ageOf(voice: Voice, plan: Plan, modifiedAt: string): string {
  return ageBetween(voice, Date.parse(modifiedAt), Date.parse(plan.createdAt));
}

/** At the time of the plan, so that the message does not grow older by itself. */
function ageBetween({ texts }: Voice, from: number, to: number): string {
  return texts.offering.age(Math.max(0, (to - from) / 1000));
}

function sizeOf(entry: Change["after"]): number {
  return entry?.type === "file" ? entry.size : 0;
}

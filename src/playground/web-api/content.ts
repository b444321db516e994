// What a message or a view may contain when it comes through the Web API or a response_url.

import { completed, countedText, findProblems, messageTextLimit } from "../block-kit.ts";
import { asFields, asList, asText, type Fields, fieldsIn } from "../fields.ts";
import { Refusal, refuseArguments } from "../refusal.ts";
import type { Block } from "../state.ts";
import { type Call, jsonFields, jsonList, optionalText } from "./call.ts";

const textLimit = 40_000;
const markdownTextLimit = 12_000;
const attachmentLimit = 100;
const metadataLimit = 16_000;
const viewLimit = 250_000;

export type Content = {
  readonly text: string | undefined;
  /** `undefined` when not given at all, empty when taken away with `[]`. */
  readonly blocks: readonly Block[] | undefined;
  readonly attachments: readonly Fields[] | undefined;
};

export function messageContent(call: Call): Content {
  const text = optionalText(call, "text");
  const markdown = optionalText(call, "markdown_text");
  const blocks = jsonList(call, "blocks", "invalid_blocks_format");
  const attachments = jsonList(call, "attachments", "invalid_attachments");
  if (markdown !== undefined && (text !== undefined || blocks !== undefined))
    throw new Refusal("markdown_text_conflict");
  if (markdown !== undefined && markdown.length > markdownTextLimit) throw new Refusal("msg_too_long");
  if (text === undefined && markdown === undefined && !blocks?.length && !attachments?.length)
    throw new Refusal("no_text");
  return {
    text: (text ?? markdown)?.slice(0, textLimit),
    blocks: blocks === undefined ? undefined : acceptBlocks(blocks),
    attachments: attachments === undefined ? undefined : acceptAttachments(attachments),
  };
}

/** `summed` is off for a response_url, which takes long messages that chat.postMessage refuses. */
export function acceptBlocks(blocks: readonly unknown[], { summed = true } = {}): readonly Block[] {
  const problems = findProblems(blocks, "message");
  if (problems.length > 0) throw refuseArguments("invalid_blocks", problems);
  if (summed && countedText(blocks) > messageTextLimit) throw new Refusal("msg_blocks_too_long");
  return completed(blocks);
}

function acceptAttachments(attachments: readonly unknown[]): readonly Fields[] {
  if (attachments.length > attachmentLimit) throw new Refusal("too_many_attachments");
  return fieldsIn(attachments).map((attachment) => {
    const blocks = asList(attachment.blocks);
    return blocks === undefined ? attachment : { ...attachment, blocks: acceptBlocks(blocks) };
  });
}

/** `undefined` when not given; `{}` when it is to be taken away. */
export function messageMetadata(call: Call): Fields | undefined {
  const metadata = jsonFields(call, "metadata", "invalid_metadata_format");
  if (metadata === undefined || Object.keys(metadata).length === 0) return metadata;
  const payload = asFields(metadata.event_payload);
  if (asText(metadata.event_type) === undefined || metadata.event_type === "" || payload === undefined) {
    throw new Refusal("invalid_metadata_schema");
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > metadataLimit) throw new Refusal("metadata_too_large");
  return { event_type: metadata.event_type, event_payload: payload };
}

const modalFields = {
  required: { title: 24 },
  optional: { submit: 24, close: 24 },
} as const;

const known = new Set([
  ...["type", "blocks", "private_metadata", "callback_id", "external_id", "title", "submit", "close"],
  ...["clear_on_close", "notify_on_close", "submit_disabled"],
]);

/** The content of a view, or the refusal Slack gives; problems are counted from `pointer`, usually `/view`. */
export function acceptView(view: Fields | undefined, kind: "modal" | "home", pointer = "/view"): Fields {
  if (view === undefined)
    throw refuseArguments("invalid_arguments", [{ message: "missing required field: view" }]);
  const findings: { message: string; pointer: string }[] = [];
  const report = (message: string, at = "") => void findings.push({ message, pointer: pointer + at });
  if (view.type !== kind) report(`unsupported type: ${String(view.type)}`, "/type");
  for (const name of Object.keys(view)) if (!known.has(name)) report(`invalid additional property: ${name}`);
  if (kind === "modal") checkModal(view, report);
  if (asList(view.blocks) === undefined) report("missing required field: blocks");
  else findings.push(...findProblems(view.blocks, kind, `${pointer}/blocks`));
  checkLength(view, "private_metadata", 3000, report);
  checkLength(view, "callback_id", 255, report);
  checkLength(view, "external_id", 255, report);
  if (findings.length > 0) throw refuseArguments("invalid_arguments", findings);
  if (Buffer.byteLength(JSON.stringify(view)) > viewLimit) throw new Refusal("view_too_large");
  return view;
}

function checkModal(view: Fields, report: (message: string, at?: string) => void): void {
  for (const [name, max] of Object.entries({ ...modalFields.required, ...modalFields.optional })) {
    const given = asFields(view[name]);
    if (given === undefined) {
      if (name === "title") report("missing required field: title");
      continue;
    }
    const text = asText(given.text) ?? "";
    if (given.type !== "plain_text") report(`unsupported type: ${String(given.type)}`, `/${name}/type`);
    if (text.length === 0) report("must be more than 0 characters", `/${name}/text`);
    if (text.length > max) report(`must be less than ${max + 1} characters`, `/${name}/text`);
  }
  const hasInputs = fieldsIn(view.blocks).some((block) => block.type === "input");
  if (hasInputs && view.submit === undefined) report("missing required field: submit");
}

function checkLength(
  view: Fields,
  name: string,
  max: number,
  report: (message: string, at?: string) => void,
): void {
  const given = asText(view[name]);
  if (given !== undefined && given.length > max)
    report(`must be less than ${max + 1} characters`, `/${name}`);
}

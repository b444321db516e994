// A request that Slack would refuse, carrying the code it would refuse it with.

import type { Fields } from "./fields.ts";

export class Refusal extends Error {
  readonly code: string;
  /** What stands beside `ok` and `error` in the answer. */
  readonly more: Fields;

  constructor(code: string, more: Fields = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** Slack's form for "these arguments are wrong, and here is where". */
export function refuseArguments(
  code: string,
  findings: readonly { readonly message: string; readonly pointer?: string }[],
): Refusal {
  const sentences = findings.map(({ message, pointer }) =>
    pointer === undefined ? message : `${message} [json-pointer:${pointer}]`,
  );
  return new Refusal(code, {
    errors: sentences,
    response_metadata: { messages: sentences.map((sentence) => `[ERROR] ${sentence}`) },
  });
}

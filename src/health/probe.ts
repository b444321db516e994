// What one probe of a look came to, before it is told.

import type { ProbeResult } from "./health.ts";

export type Probed = {
  readonly result: ProbeResult;
  /** A sentence for a failed probe, without its full stop; empty for a good one. */
  readonly trouble: string;
  /** Nobody could look: the host was out of reach. */
  readonly unreached: boolean;
  /** It will not get better by waiting. */
  readonly hopeless: boolean;
};

export function good(name: string, seen: string, milliseconds: number): Probed {
  return { result: { name, ok: true, seen, milliseconds }, trouble: "", unreached: false, hopeless: false };
}

export function bad(
  name: string,
  seen: string,
  more: { readonly trouble?: string; readonly milliseconds?: number; readonly hopeless?: boolean } = {},
): Probed {
  const { trouble = `${name}: ${seen}`, milliseconds = 0, hopeless = false } = more;
  return { result: { name, ok: false, seen, milliseconds }, trouble, unreached: false, hopeless };
}

export function unreached(name: string, host: string, reason: string): Probed {
  const seen = `${host} could not be asked (${reason})`;
  return {
    result: { name, ok: false, seen, milliseconds: 0 },
    trouble: seen,
    unreached: true,
    hopeless: false,
  };
}

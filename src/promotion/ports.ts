// What a promotion needs of the world, as the few verbs its story is told with.

import type { Facts, Failure, StepKind, StepName } from "./promotions.ts";

/** What a step came to. Facts and excerpts are for people; the story looks only at `ok` and `wrote`. */
export type StepOutcome =
  | { readonly ok: true; readonly facts: Facts; readonly excerpt: readonly string[] }
  | {
      readonly ok: false;
      readonly facts: Facts;
      readonly excerpt: readonly string[];
      readonly because: Failure;
      /** The paths that are not as planned. */
      readonly moved: readonly string[];
      /**
       * `nothing`: PROD was not touched. `undone`: it was, and is again as before. `something`: it was, and can go back.
       * `unknown`: nobody could look, or it can neither go on nor back: a person has to.
       */
      readonly wrote: "nothing" | "undone" | "something" | "unknown";
    };

/**
 * One promotion's hold on one host of PROD. Every verb may be called again after a crash at any point of an earlier call and then
 * finishes, or tells, what that one began. Failures a person may meet are outcomes; a throw is a broken wire or our bug.
 */
export type Target = Readonly<Record<StepKind, (progress: Progress) => Promise<StepOutcome>>> & {
  /** Whether the lock is still this promotion's own here: two hosts that share a directory lock it twice. */
  isHeld(): Promise<boolean>;
  /** Lets go of PROD and clears what only the run needed. `keepClaim` when a person has to look first. */
  letGo(options: { readonly keepClaim: boolean }): Promise<void>;
};

/** One promotion's hold on PROD, however many hosts it has. The same holds for `perform` as for a target's verbs. */
export type Targets = {
  perform(step: StepName, progress: Progress): Promise<StepOutcome>;
  letGo(options: { readonly keepClaim: boolean }): Promise<void>;
};

/** What a running step reports while it works, and what it asks. */
export type Progress = {
  readonly report: (facts: Facts) => void;
  /** Records facts that the step itself needs when it runs again after a crash. */
  readonly keep: (facts: Facts) => Promise<void>;
  readonly log: (lines: readonly string[]) => Promise<void>;
  /** Something people should hear of before the step ends; told once for each `key`, however often the step runs. */
  readonly note: (facts: Facts, excerpt: readonly string[], key: string) => Promise<void>;
  readonly shouldStop: () => boolean;
};

export function done(facts: Facts = {}, excerpt: readonly string[] = []): StepOutcome {
  return { ok: true, facts, excerpt };
}

export function failed(
  wrote: Extract<StepOutcome, { ok: false }>["wrote"],
  because: Failure,
  more: {
    readonly facts?: Facts;
    readonly excerpt?: readonly string[];
    readonly moved?: readonly string[];
  } = {},
): StepOutcome {
  return {
    ok: false,
    wrote,
    because,
    facts: more.facts ?? {},
    excerpt: more.excerpt ?? [],
    moved: more.moved ?? [],
  };
}

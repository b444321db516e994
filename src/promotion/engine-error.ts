// A failure of what carries the steps, never of a step: nothing about the target can be concluded from it.

export type EngineTrouble =
  /** The recorded steps are not those the code asks for. */
  | "history-mismatch"
  /** What a step returned is too large to be recorded. */
  | "result-too-large"
  | "step-limit";

/** Thrown into a story. It has to be let through: whoever catches it parks, keeps the lock, and never rolls back. */
export class EngineError extends Error {
  readonly trouble: EngineTrouble;

  constructor(trouble: EngineTrouble, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "EngineError";
    this.trouble = trouble;
  }
}

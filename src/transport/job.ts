// Remote jobs: work on a target that outlives the connection and the bot, and is never started twice.

/** A detached script on a target, run under the target's lock, known by its id. */
export type JobSpec = {
  /** Directory name under `jobs/`: letters, digits, `-`, `_`. Starting the same id again attaches to the first. */
  readonly id: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** The script's standard input; its sha256 is checked on the target before the script may start. */
  readonly input?: Uint8Array;
  /** Enforced on the target. */
  readonly timeoutSeconds: number;
  /** Shared: may run beside other shared jobs of the same claim (backing up, staging). */
  readonly lock: "exclusive" | "shared";
};

export type JobResult = { readonly stdout: Buffer; readonly stderr: Buffer } & (
  | { readonly outcome: "exited"; readonly code: number }
  /** It was started, left no exit code and is not running: killed, or its host went down. */
  | { readonly outcome: "died" }
  /** Over its own time limit and ended on the target. */
  | { readonly outcome: "timeout" }
  /** A newer claim on the target exists: this bot may not write there any more. */
  | { readonly outcome: "fenced" }
  | { readonly outcome: "stopped" }
);

/**
 * Starts a job, or attaches to it, and waits for its end through any number of lost connections.
 * Throws `host-lost` when the host could not be reached again within the runner's patience: the job may still be running.
 */
export type RunJob = (spec: JobSpec, hooks?: JobHooks) => Promise<JobResult>;

export type JobHooks = {
  /** Whole lines that the job has written to stdout so far, each once per call of `RunJob`. */
  readonly onLine?: (line: string) => void;
  /** Asked between polls: true ends the job on the target (`stopped`). */
  readonly shouldStop?: () => boolean;
};

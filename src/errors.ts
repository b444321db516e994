// Failures a person may meet, by code: the code is for programs and tests, the sentence is in `texts/`.

/** Everything that can fail in a way a person can mend. Codes are never renamed; wording may change. */
export const failureCodes = [
  "config-invalid",
  "config-missing",
  "file-exists",
  "file-not-written",
  "environment-invalid",
  "app-unknown",
  "group-unknown",
  "host-unknown",
  "plan-unknown",
  "promotion-unknown",
  "restore-point-unknown",
  "host-unreachable",
  "host-key-unknown",
  "host-key-changed",
  "host-key-revoked",
  "host-auth-failed",
  "host-no-shell",
  "host-algorithms",
  "host-lost",
  "command-failed",
  "command-timeout",
  "tool-missing",
  "job-died",
  "job-fenced",
  "target-held",
  "state-dir-unusable",
  "side-missing",
  "sides-overlap",
  "hosts-overlap",
  "not-answered",
  "sides-needed",
  "side-not-understood",
  "sides-unrelated",
  "no-direct-transfer",
  "scan-failed",
  "scan-moved",
  "path-conflict",
  "disk-full",
  "stage-mismatch",
  "backup-invalid",
  "data-dir-in-use",
  "database-unusable",
  "port-in-use",
  "slack-refused",
  "slack-unreachable",
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** What a sentence about a failure may name: host, path, command, stderr, limit, ... never a secret. */
export type FailureDetails = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A failure for the person. Anything else that is thrown is our bug. */
export class PasserelleError extends Error {
  readonly code: FailureCode;
  readonly details: FailureDetails;

  constructor(code: FailureCode, details: FailureDetails = {}, options: { cause?: unknown } = {}) {
    super(`${code} ${JSON.stringify(details)}`, options);
    this.name = "PasserelleError";
    this.code = code;
    this.details = details;
  }
}

export function isFailure(error: unknown, ...codes: readonly FailureCode[]): error is PasserelleError {
  return error instanceof PasserelleError && (codes.length === 0 || codes.includes(error.code));
}

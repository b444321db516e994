// The ways in which a restart fails; the sentence of each, with the remedy, is in `texts/`.

export const restartFailureCodes = [
  "compose-file-missing",
  "compose-file-invalid",
  "compose-missing",
  "compose-no-container",
  "compose-name-taken",
  "compose-image-missing",
  "compose-port-taken",
  "compose-container-fails",
  "docker-missing",
  "docker-unreachable",
  "docker-forbidden",
  "systemctl-missing",
  "systemd-unreachable",
  "unit-missing",
  "unit-masked",
  "unit-failed",
  "unit-activating",
  "unit-start-limit",
  "sudo-missing",
  "sudo-password",
  "sudo-refused",
  "not-permitted",
  "root-missing",
  "exit-code",
  "timeout",
  "died",
] as const;

export type RestartFailureCode = (typeof restartFailureCodes)[number];

/** For the sentence: `file`, `unit`, `container`, `root`, `exitCode`, `seconds`, and `what`, the command that was run, where it is ours. */
export type RestartFailureDetails = Readonly<Record<string, string | number>>;

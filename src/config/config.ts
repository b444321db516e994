// What the programme uses of `passerelle.yml` and the environment: checked, complete, durations in seconds.

export type Config = {
  /** Absolute path of the file it was read from. */
  readonly file: string;
  readonly locale: Locale;
  /** How long what is over is remembered. */
  readonly historySeconds: number;
  readonly hosts: ReadonlyMap<string, HostConfig>;
  readonly apps: ReadonlyMap<string, AppConfig>;
};

export type Locale = "en" | "fr";

/** `local` is always there: the bot's own machine. */
export type HostConfig =
  | { readonly kind: "local"; readonly name: "local" }
  | {
      readonly kind: "ssh";
      readonly name: string;
      readonly address: string;
      readonly port: number | undefined;
      readonly user: string | undefined;
      readonly identityFile: string | undefined;
      /** `SHA256:…` as ssh-keygen prints it; with it known_hosts is not asked. */
      readonly fingerprint: string | undefined;
      readonly transport: "ssh" | "openssh";
    };

export type AppConfig = {
  readonly name: string;
  readonly channel: string;
  readonly preprod: SideConfig;
  readonly prod: SideConfig;
  /** How content comes from PREPROD's host to PROD's; `auto` when left out. */
  readonly transfer?: "auto" | "direct" | "relay";
  /** First match wins. */
  readonly paths: readonly PathRule[];
  /** Glob patterns; the built-in ones come first. */
  readonly ignore: readonly string[];
  /** Glob patterns of PROD paths that are never written or deleted. */
  readonly protect: readonly string[];
  /** Only what was written: a check that is not here has its own level. */
  readonly checks: Readonly<Record<string, "off" | "warn" | "block">>;
  readonly backup: BackupConfig;
  readonly rehearse: { readonly command: string; readonly url: string } | undefined;
  readonly hooks: Readonly<Record<HookPoint, readonly HookConfig[]>>;
  readonly restart: RestartConfig;
  readonly health: HealthConfig;
  /** Run in a copy of PROD as it would be, when a plan is made. */
  readonly ownChecks?: readonly OwnCheck[];
  /** Asked once, on PREPROD's host, when a plan is made; it has no log. */
  readonly preprodHealth?: HealthConfig;
  readonly approval: ApprovalConfig;
  readonly freeze: readonly FreezeConfig[];
  /** When the bot looks by itself; a calendar as in `freeze`. */
  readonly watch: { readonly drift: string | undefined };
};

/** `root` is absolute or starts with `~/`, without a trailing slash. */
export type SideConfig = {
  readonly hosts: readonly HostConfig[];
  readonly root: string;
  /** How many hosts of PROD change side by side; as written. */
  readonly batch?: number;
};

/** `from` and `to` are relative; both end in `/` for a directory, neither for a file. `""` is not allowed, `./` is the whole root. */
export type PathRule = {
  readonly from: string;
  readonly to: string;
  /** Whether PROD paths under `to` that PREPROD does not have are removed. */
  readonly delete: boolean;
  /** Promoted only when asked for by this name. */
  readonly group: string | undefined;
  readonly rewrite: readonly { readonly match: string; readonly replace: string }[];
};

export type BackupConfig = {
  readonly keep: number;
  readonly exclude: readonly string[];
  readonly compression: "auto" | "zstd" | "gzip" | "none";
};

export type OwnCheck = {
  readonly name: string;
  readonly run: string;
  readonly level: "warn" | "block";
  readonly timeoutSeconds: number;
};

export type HookPoint = "after-swap" | "before-restart" | "after-health";
export type HookConfig = {
  readonly when: readonly string[];
  readonly run: string;
  readonly timeoutSeconds: number;
};

export type RestartConfig = { readonly timeoutSeconds: number } & (
  | {
      readonly kind: "compose";
      readonly file: string;
      readonly mode: "restart" | "recreate";
      readonly services: readonly string[];
    }
  | { readonly kind: "systemd"; readonly unit: string; readonly user: boolean; readonly sudo: boolean }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "none" }
);

export type HealthConfig = {
  readonly startPeriodSeconds: number;
  readonly deadlineSeconds: number;
  readonly successes: number;
  readonly intervalSeconds: number;
  readonly http: readonly HttpProbe[];
  readonly container: string | undefined;
  readonly logs: LogScan | undefined;
};

/** Asked from PROD's host. */
export type HttpProbe = {
  readonly url: string;
  readonly status: number | undefined;
  readonly contains: string | undefined;
  readonly timeoutSeconds: number;
};

export type LogScan = {
  readonly command: string;
  /** Where it runs: PROD's root; the login's home when left out. */
  readonly root?: string;
  readonly tail: number;
  readonly forbid: readonly string[];
};

export type ApprovalConfig = {
  /** Slack user ids (`U…`, `W…`) and user group ids (`S…`). */
  readonly approvers: readonly string[];
  readonly required: number;
  readonly byRequester: boolean;
  readonly expiresSeconds: number;
};

export type FreezeConfig = { readonly cron: string; readonly forSeconds: number; readonly reason: string };

/** What the environment and `.env` say. Tokens are read here and nowhere else. */
export type Environment = {
  readonly slack: {
    readonly botToken: string | undefined;
    readonly appToken: string | undefined;
    readonly signingSecret: string | undefined;
    readonly port: number | undefined;
    readonly apiUrl: string | undefined;
  };
  /** The address that `port` is listened on; all of the machine when left out. */
  readonly listenHost?: string;
  readonly configFile: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly logLevel: string;
};

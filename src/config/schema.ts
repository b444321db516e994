// `passerelle.yml` as a person writes it: every key with its meaning, from which docs/configuration.md is made.

import { z } from "zod";
import { about, count } from "./about.ts";
import { checkNames, defaults } from "./defaults.ts";
import { health, preprodHealth } from "./health-schema.ts";
import * as values from "./values.ts";

const host = z.strictObject({
  address: values.address.meta(
    about("Name or address of the machine; a `Host` of `~/.ssh/config` is understood."),
  ),
  user: values.user
    .optional()
    .meta(about("Login on that machine. Left out: what `~/.ssh/config` says, else the bot's own login.")),
  port: count(1, 65_535).optional().meta(about("SSH port. Left out: what `~/.ssh/config` says, else 22.")),
  "identity-file": values.file
    .optional()
    .meta(about("Private key on the bot's machine. Left out: the agent, then the usual keys.")),
  fingerprint: values.fingerprint
    .optional()
    .meta(about("The host key's fingerprint, `SHA256:…`; with it `known_hosts` is not asked.")),
  transport: z
    .enum(["ssh", "openssh"])
    .optional()
    .meta(
      about(
        "`ssh` is built in; `openssh` uses the machine's own `ssh` programme, which also speaks certificates, security keys, `ProxyCommand` and newer key exchanges.",
        defaults.transport,
      ),
    ),
});

const prod = z.strictObject({
  host: values.hostName.optional().meta(about("A name of `hosts:`, or `local` for the bot's own machine.")),
  hosts: z
    .array(values.hostName)
    .optional()
    .meta(about("Instead of `host`: several machines that get the same promotion, one after another.")),
  batch: values.count
    .optional()
    .meta(about("With `hosts`: how many of them change side by side; a rollback: all, when left out.", 1)),
  root: values.root.meta(about("Directory of the app there: absolute, or below the login's home as `~/…`.")),
  transfer: z
    .enum(["auto", "direct", "relay"])
    .optional()
    .meta(
      about(
        "How content comes from PREPROD's machine when PROD's is another one: `relay` through the bot, `direct` only between the two, `auto` directly where one of them may log in to the other already, else through the bot.",
        defaults.transfer,
      ),
    ),
});

const rewrite = z.strictObject({
  match: values.regex.meta(
    about("Regular expression, looked for in each line (`^` and `$` are a line's ends)."),
  ),
  replace: z.string().meta(about("What stands there in PROD; `$1` is the first group of `match`.")),
});

const path = z.strictObject({
  from: values.relativePath.meta(
    about("Path in PREPROD, relative to its root; a directory ends in `/`, and `./` is the whole root."),
  ),
  to: values.relativePath.meta(
    about("Where it belongs in PROD, relative to its root; a directory where `from` is one."),
  ),
  delete: z
    .boolean()
    .optional()
    .meta(about("For a directory: whether what PREPROD no longer has is removed from PROD.", false)),
  group: values.group.optional().meta(about("Promoted only when asked for: `--with data`.")),
  rewrite: z
    .array(rewrite)
    .optional()
    .meta(about("Wanted differences, made again at every promotion and not shown as changes.")),
});

const backup = z.strictObject({
  keep: count(1, 1000).optional().meta(about("How many restore points are kept.", defaults.backup.keep)),
  exclude: z
    .array(values.glob)
    .optional()
    .meta(
      about(
        "Glob patterns of PROD paths that the archive leaves out, each from PROD's root on: `data/` is the root's own `data/`, `**/data/` any directory of that name, `**/*.log` any file.",
      ),
    ),
  compression: z
    .enum(["auto", "zstd", "gzip", "none"])
    .optional()
    .meta(about("`auto` is zstd where the host has it, else gzip.", defaults.backup.compression)),
});

const rehearse = z.strictObject({
  command: values.command.meta(
    about(
      "Starts the new version on another port and stays in the foreground; it runs in a copy of PROD as it would be, in which what `ignore` and `backup.exclude` name is PROD's own, by link. It is ended afterwards.",
    ),
  ),
  url: values.url.meta(
    about(
      "Asked, from PROD's host, as `health` says: its times, the text of its first page, and its forbidden log lines in what the command prints.",
    ),
  ),
});

const ownCheck = z.strictObject({
  name: values.group.meta(about("What people read when it fails, as in `tests`.")),
  run: values.command.meta(
    about(
      "Command, run by `sh` on PROD's host in a copy of PROD as it would be, in which what `ignore` and `backup.exclude` name is PROD's own, by link. An exit code other than 0 is a failure.",
    ),
  ),
  level: z
    .enum(["warn", "block"])
    .optional()
    .meta(about("What a failure means for the plan.", defaults.ownCheck.level)),
  timeout: values.duration
    .optional()
    .meta(about("It is ended and has failed after this.", defaults.ownCheck.timeout)),
});

const hook = z.strictObject({
  when: z
    .array(values.glob)
    .optional()
    .meta(about("Glob patterns: only when a changed PROD path matches one. Left out: always.")),
  run: values.command.meta(about("Command, run by `sh` in PROD's root.")),
  timeout: values.duration
    .optional()
    .meta(about("It is ended and the step has failed after this.", defaults.hook.timeout)),
});

const hooks = z.strictObject({
  "after-swap": z
    .array(hook)
    .optional()
    .meta(about("After the new files are in place, before the restart; on the way back too.")),
  "before-restart": z
    .array(hook)
    .optional()
    .meta(about("After those, just before the restart; on the way back too.")),
  "after-health": z
    .array(hook)
    .optional()
    .meta(about("Once PROD is healthy; when one fails, PROD goes back.")),
});

const restartOptions = z.strictObject({
  compose: values.file
    .optional()
    .meta(about("Restarts with docker compose: the compose file on PROD's host.")),
  mode: z
    .enum(["restart", "recreate"])
    .optional()
    .meta(
      about(
        "With `compose`: `recreate` is `up -d --force-recreate`, needed when mounts or variables changed.",
        defaults.restart.mode,
      ),
    ),
  services: z
    .array(values.service)
    .optional()
    .meta(about("With `compose`: only these services. Left out: all.")),
  systemd: values.unit.optional().meta(about("Restarts a systemd unit.")),
  user: z
    .boolean()
    .optional()
    .meta(about("With `systemd`: a unit of the login's own (`systemctl --user`).", false)),
  sudo: z
    .boolean()
    .optional()
    .meta(about("With `systemd`: through `sudo -n`, which must not ask for a password.", false)),
  command: values.command
    .optional()
    .meta(about("Restarts with a command, run by `sh` in PROD's root. It may leave a process running.")),
  timeout: values.duration
    .optional()
    .meta(about("The restart has failed after this.", defaults.restart.timeout)),
});

const preprod = z.strictObject({
  host: values.hostName.meta(about("A name of `hosts:`, or `local` for the bot's own machine.")),
  root: values.root.meta(about("Directory of the app there: absolute, or below the login's home as `~/…`.")),
  health: preprodHealth
    .optional()
    .meta(
      about("How PREPROD shows that it is healthy; asked once for each plan, the check `preprod-health`."),
    ),
});

const approval = z.strictObject({
  approvers: z
    .array(values.approver)
    .min(1, { error: "must not be empty: nobody could approve; list people (U…) or user groups (S…)" })
    .meta(about("Who may approve: ids of people (`U…`, `W…`) and of user groups (`S…`).")),
  required: count(1, 100).optional().meta(about("How many of them it takes.", defaults.approval.required)),
  "by-requester": z
    .boolean()
    .optional()
    .meta(about("Whether who asked for the plan may approve it.", defaults.approval["by-requester"])),
  expires: values.duration
    .optional()
    .meta(about("A plan that waits longer has to be made again.", defaults.approval.expires)),
});

const freeze = z.strictObject({
  cron: values.calendar.meta(
    about("When it begins: minute, hour, day of month, month, day of week, as in `0 16 * * 5`."),
  ),
  for: values.duration.meta(about("How long it lasts.")),
  reason: values.words.meta(about("What is said to who asks.")),
});

const watch = z.strictObject({
  drift: values.calendar
    .optional()
    .meta(
      about(
        "When the bot looks by itself whether somebody changed PROD by hand, as in `0 8 * * *`; the channel is told once of each change. Left out: never.",
      ),
    ),
});

const app = z.strictObject({
  channel: values.channel.meta(
    about("Id of the Slack channel where it may be promoted and is announced, as in `C0123456789`."),
  ),
  preprod: preprod.meta(about("Where the new version is.")),
  prod: prod.meta(about("Where it goes.")),
  paths: z
    .array(path)
    .min(1, { error: "must not be empty: nothing would ever be promoted" })
    .meta(about("Where each part of PREPROD belongs in PROD; the first rule that matches wins.")),
  ignore: z
    .array(values.glob)
    .optional()
    .meta(
      about(
        "Glob patterns left out on both sides, besides `__pycache__/`, `*.pyc`, `.git/`, `.venv/` and `node_modules/`.",
      ),
    ),
  protect: z
    .array(values.glob)
    .optional()
    .meta(about("Glob patterns of PROD paths that are never written or deleted, whatever a rule says.")),
  checks: z
    .partialRecord(z.enum(checkNames), z.enum(["off", "warn", "block"]))
    .optional()
    .meta(
      about(
        "What each check may do: `off`, `warn`, or `block` the approval. Left out: `block` where the app would surely break, else `warn`.",
      ),
    ),
  "own-checks": z
    .array(ownCheck)
    .optional()
    .meta(about("Checks of the app's own: commands that are run whenever a plan is made.")),
  backup: backup.optional().meta(about("Restore points.")),
  rehearse: rehearse
    .optional()
    .meta(about("Starts the new version beside PROD before any PROD file is touched.")),
  hooks: hooks.optional().meta(about("Commands at set moments of a promotion.")),
  restart: z
    .union([z.literal("none"), restartOptions])
    .optional()
    .meta(
      about(
        "How PROD is restarted: one of `compose`, `systemd`, `command`; `none`, or left out: not at all.",
      ),
    ),
  health: health.optional().meta(about("How PROD shows that it is healthy.")),
  approval: approval.meta(about("Who decides.")),
  freeze: z.array(freeze).optional().meta(about("Times when nobody promotes. A rollback is never held up.")),
  watch: watch.optional().meta(about("What the bot looks at between promotions.")),
});

export const writtenConfig = z.strictObject({
  locale: z
    .enum(["en", "fr"])
    .optional()
    .meta(about("What the bot says in channels: English or French.", defaults.locale)),
  history: values.duration
    .optional()
    .meta(about("How long the bot's database keeps what is over.", defaults.history)),
  hosts: z
    .record(z.string(), host)
    .optional()
    .meta(about("The machines, by a name of your choice. `local`, the bot's own machine, is always there.")),
  apps: z.record(z.string(), app).meta(about("The apps, by name.")),
});

export type WrittenConfig = z.infer<typeof writtenConfig>;
export type WrittenApp = z.infer<typeof app>;
export type WrittenHost = z.infer<typeof host>;
export type WrittenHook = z.infer<typeof hook>;

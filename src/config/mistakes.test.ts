import { expect, test } from "vitest";
import { type least, mistakesIn, written } from "../../test/least-config.ts";

const single: readonly (readonly [string, Partial<typeof least>, RegExp])[] = [
  [
    "an unknown key of an app",
    { more: "    helth: {}" },
    /^8:5 apps\.shop\.helth: is not known; did you mean `health`\?$/,
  ],
  ["an underscore for a dash", { more: "    health: { start_period: 5s }" }, /did you mean `start-period`/],
  [
    "a key like no other",
    { more: "    zebra: 1" },
    /apps\.shop\.zebra: is not known; what can stand here: channel, preprod/,
  ],
  [
    "a key that is missing",
    { preprod: "" },
    /^2:3 apps\.shop\.preprod: is missing: Where the new version is\.$/,
  ],
  [
    "a number for a text",
    { head: "apps:\n  shop:\n    channel: 12" },
    /channel: must be a text, not the number 12; put it between quotes: '12'/,
  ],
  [
    "a text for a number",
    { more: "    backup: { keep: '10' }" },
    /keep: must be a number, not the text "10"/,
  ],
  ["a fraction", { more: "    backup: { keep: 1.5 }" }, /keep: must be a whole number/],
  [
    "yes for true",
    { more: "    restart: { systemd: a.service, sudo: yes }" },
    /sudo: must be true or false, not the text "yes"/,
  ],
  [
    "a text for a list",
    { more: "    ignore: tests/" },
    /ignore: must be a list, as in \[one, two\], not the text "tests\/"/,
  ],
  ["a list for a block", { more: "    backup: [1]" }, /backup: must be a block of keys, not a list/],
  [
    "a text for a block with forms",
    { more: "    restart: docker" },
    /restart: must be `none` or a block of keys, as in \{ compose: … \}, not the text "docker"/,
  ],
  [
    "an unknown choice",
    { more: "    backup: { compression: zst }" },
    /must be auto, zstd, gzip or none, not the text "zst"; did you mean `zstd`\?/,
  ],
  [
    "an unknown check",
    { more: "    checks: { import: warn }" },
    /checks\.import: is not known; did you mean `imports`\?/,
  ],
  [
    "an unknown level of a check",
    { more: "    checks: { imports: error }" },
    /checks\.imports: must be off, warn or block/,
  ],
  [
    "a duration without a unit",
    { more: "    health: { deadline: 300 }" },
    /deadline: must be a text, not the number 300/,
  ],
  ["a duration of nothing", { more: "    health: { deadline: 0s }" }, /deadline: is not a duration/],
  [
    "a key written twice",
    { more: "    ignore: []\n    ignore: []" },
    /^9:5 YAML: this key stands here twice/,
  ],
  [
    "a rule that leaves its root",
    { paths: "    paths: [{ from: ../a/, to: a/ }]" },
    /from: must not contain \.\./,
  ],
  ["an absolute rule", { paths: "    paths: [{ from: /a/, to: a/ }]" }, /from: must be relative to the root/],
  [
    "an empty rule",
    { paths: "    paths: [{ from: '', to: a/ }]" },
    /from: must not be empty; \.\/ is the whole root/,
  ],
  ["no rule", { paths: "    paths: []" }, /paths: must not be empty: nothing would ever be promoted/],
  ["the whole machine", { prod: "    prod: { host: local, root: / }" }, /root: is the whole machine/],
  ["the whole home", { prod: "    prod: { host: local, root: '~' }" }, /root: is the whole home/],
  ["the whole home with a slash", { prod: "    prod: { host: local, root: ~/ }" }, /root: is the whole home/],
  [
    "a home without quotes",
    { prod: "    prod: { host: local, root: ~ }" },
    /root: has no value; in YAML a lone ~ is nothing/,
  ],
  ["another's home", { prod: "    prod: { host: local, root: ~bo/x }" }, /root: can begin with ~\/ only/],
  ["a relative root", { prod: "    prod: { host: local, root: prod }" }, /root: is relative/],
  ["a root with ..", { prod: "    prod: { host: local, root: /srv/../etc }" }, /root: must not contain \.\./],
  [
    "a root in our own state",
    { prod: "    prod: { host: local, root: /srv/.passerelle/x }" },
    /root: is inside \.passerelle/,
  ],
  [
    "no approvers",
    { approval: "    approval: { approvers: [] }" },
    /approvers: must not be empty: nobody could approve/,
  ],
  [
    "an approver by name",
    { approval: "    approval: { approvers: ['@ana'] }" },
    /approvers\[0\]: is not an id of Slack/,
  ],
  [
    "no approval needed",
    { approval: "    approval: { approvers: [U0ANA], required: 0 }" },
    /required: must be 1 or more/,
  ],
  [
    "a regular expression that is none",
    { more: "    health: { logs: { command: x, forbid: ['a('] } }" },
    /forbid\[0\]: is not a regular expression/,
  ],
  [
    "a bomb",
    { more: "    health: { logs: { command: x, forbid: ['(a+)+$'] } }" },
    /forbid\[0\]: repeats something that already repeats/,
  ],
  ["a glob that is none", { more: "    ignore: ['[a']" }, /ignore\[0\]: has a \[ that is not closed/],
  ["an absolute glob", { more: "    protect: [/logs/]" }, /protect\[0\]: must be relative to the root/],
  [
    "a calendar that is none",
    { more: "    freeze: [{ cron: '0 25 * * 5', for: 1h, reason: x }]" },
    /cron: hour "25" is not understood; it goes from 0 to 23/,
  ],
  [
    "a wrong type inside a form",
    { more: "    restart: { command: 3 }" },
    /^8:25 apps\.shop\.restart\.command: must be a text/,
  ],
  [
    "an unknown key inside a form",
    { more: "    restart: { comand: x, systemd: a }" },
    /restart\.comand: is not known; did you mean `command`\?/,
  ],
  [
    "an address that is none",
    { more: "    health: { http: [{ url: localhost:80 }] }" },
    /url: must begin with http/,
  ],
  [
    "a status that is none",
    { more: "    health: { http: [{ url: 'http://a', status: 20 }] }" },
    /status: must be 100 or more/,
  ],
];

test.for(single)("%s is told, and nothing else", ([, other, expected]) => {
  const mistakes = mistakesIn(written(other));
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(expected);
});

const whole: readonly (readonly [string, string, RegExp])[] = [
  ["an empty file", "", /^1:1 passerelle\.yml: is empty/],
  ["a file of comments", "# nothing\n", /is empty/],
  ["a list", "- a\n", /^1:1 passerelle\.yml: must be a block of keys, not a list/],
  ["no apps", "locale: fr\napps: {}\n", /^2:7 apps: must not be empty/],
  ["a list that is not closed", "apps: [a\n", /^\d+:\d+ YAML: flow sequence/],
  ["a tab for an indent", "apps:\n\tshop: 1\n", /^2:1 YAML: a tab cannot indent/],
  [
    "a host called local",
    `hosts: { local: { address: a } }\n${written()}`,
    /^1:10 hosts\.local: is always the bot's own machine/,
  ],
  [
    "a host with an option for an address",
    `hosts: { a: { address: -oProxyCommand=x } }\n${written()}`,
    /hosts\.a\.address: is not a host name/,
  ],
  [
    "an app whose name leaves its place",
    written({ head: "apps:\n  ../x:\n    channel: C012345" }),
    /^2:3 apps\.\.\.\/x: is no usable name/,
  ],
];

test.for(whole)("%s is told with its place", ([, text, expected]) => {
  expect(mistakesIn(text)[0]).toMatch(expected);
});

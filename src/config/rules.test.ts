import { expect, test } from "vitest";
import { type least, mistakesIn, written } from "../../test/least-config.ts";

const single: readonly (readonly [string, Partial<typeof least>, RegExp])[] = [
  [
    "a directory to a file",
    { paths: "    paths: [{ from: src/, to: app }]" },
    /paths\[0\]\.to: is a file while from is a directory; write app\/$/,
  ],
  [
    "a file to a directory",
    { paths: "    paths: [{ from: a/b.py, to: app/ }]" },
    /to: is a directory while from is a file; write app\/b\.py/,
  ],
  [
    "delete on a file",
    { paths: "    paths: [{ from: a, to: a, delete: true }]" },
    /delete: is for directories only/,
  ],
  [
    "a shadowed rule",
    { paths: "    paths: [{ from: a/, to: x/ }, { from: a/b.py, to: b.py }]" },
    /paths\[1\]\.from: can never match: paths\[0\] \(a\/\) takes all of it before; put this one first/,
  ],
  [
    "a rule below the whole root",
    { paths: "    paths: [{ from: ./, to: ./ }, { from: b/, to: b/ }]" },
    /paths\[1\]\.from: can never match/,
  ],
  [
    "two rules to one place",
    { paths: "    paths: [{ from: a, to: x }, { from: b, to: ./x }]" },
    /paths\[1\]\.to: is also where paths\[0\] goes/,
  ],
  [
    "a rule to what is protected",
    { paths: "    paths: [{ from: a, to: etc/a }]", more: "    protect: [etc/a]" },
    /to: can never be promoted: protect has "etc\/a"/,
  ],
  [
    "PREPROD as PROD",
    { prod: "    prod: { host: local, root: /srv/shop/preprod/ }" },
    /prod\.root: is PREPROD itself/,
  ],
  [
    "PROD inside PREPROD",
    { prod: "    prod: { host: local, root: /srv/shop/preprod/live }" },
    /prod\.root: is inside PREPROD's root/,
  ],
  [
    "PREPROD inside PROD",
    { prod: "    prod: { host: local, root: /srv/shop }" },
    /prod\.root: has PREPROD's root inside it/,
  ],
  [
    "host beside hosts",
    { prod: "    prod: { host: local, hosts: [local], root: /srv/p }" },
    /prod\.hosts: stands beside host/,
  ],
  [
    "two own checks of one name",
    { more: "    own-checks: [{ name: tests, run: 'true' }, { name: tests, run: 'false' }]" },
    /own-checks\[1\]\.name: "tests" stands here twice/,
  ],
  [
    "an own check that is named as a built-in one",
    { more: "    own-checks: [{ name: secrets, run: 'true' }]" },
    /own-checks\[0\]\.name: "secrets" is the name of a built-in check/,
  ],
  [
    "a PREPROD that is asked nothing",
    { preprod: "    preprod: { host: local, root: /srv/shop/preprod, health: { deadline: 5s } }" },
    /preprod\.health: asks nothing; it needs http or container/,
  ],
  ["neither host nor hosts", { prod: "    prod: { root: /srv/p }" }, /prod: needs host, or hosts/],
  ["no hosts", { prod: "    prod: { hosts: [], root: /srv/p }" }, /prod\.hosts: must not be empty/],
  [
    "a batch without hosts",
    { prod: "    prod: { host: local, batch: 2, root: /srv/p }" },
    /prod\.batch: belongs to hosts/,
  ],
  [
    "a batch of more than there are",
    { prod: "    prod: { hosts: [local], batch: 2, root: /srv/p }" },
    /prod\.batch: is more than the 1 of hosts/,
  ],
  ["a batch of none", { prod: "    prod: { hosts: [local], batch: 0, root: /srv/p }" }, /prod\.batch: /],
  [
    "one host twice",
    { prod: "    prod: { hosts: [local, local], root: /srv/p }" },
    /hosts\[1\]: "local" stands here twice/,
  ],
  [
    "an unknown host",
    { prod: "    prod: { host: dataia, root: /srv/p }" },
    /prod\.host: names no host "dataia"; describe it under hosts:/,
  ],
  [
    "more approvals than people",
    { approval: "    approval: { approvers: [U0ANA], required: 2 }" },
    /required: asks for 2 approvals while there is 1 approver/,
  ],
  [
    "an approver twice",
    { approval: "    approval: { approvers: [U0ANA, U0ANA] }" },
    /approvers\[1\]: "U0ANA" stands here twice/,
  ],
  [
    "a restart of two kinds",
    { more: "    restart: { compose: /c.yml, command: x }" },
    /restart\.command: stands beside compose/,
  ],
  [
    "a restart of no kind",
    { more: "    restart: { timeout: 1m }" },
    /restart: needs compose, systemd or command/,
  ],
  [
    "an option of another kind",
    { more: "    restart: { command: x, mode: restart }" },
    /restart\.mode: belongs to compose, which is not here/,
  ],
  [
    "sudo for one's own unit",
    { more: "    restart: { systemd: a, user: true, sudo: true }" },
    /restart\.sudo: cannot go with user/,
  ],
  [
    "a start period over the deadline",
    { more: "    health: { start-period: 5m, deadline: 1m }" },
    /deadline: must be longer than the start period \(5m\)/,
  ],
  [
    "a start period over the usual deadline",
    { more: "    health: { start-period: 3m }" },
    /start-period: is longer than the deadline, which is 2m/,
  ],
];

test.for(single)("%s is told, and nothing else", ([, other, expected]) => {
  const mistakes = mistakesIn(written(other));
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(expected);
});

// What the checks of a plan found and what to do about it, in English. `fact` gives a fact already safe to show, or nothing.

import { englishMeasures as measures } from "../measures.ts";

type Fact = (name: string) => string;
type Words = Readonly<Record<string, string>>;
type Sentences = Readonly<Record<string, (fact: Fact) => string>>;

const { count } = measures;
const inProd = (fact: Fact, name: string) => (fact(name) === "" ? "" : `; in PROD it is ${fact(name)}`);

const titles: Words = {
  "empty-source": "PREPROD lacks most of what PROD has",
  rewrite: "a rewrite matches nothing any more",
  "source-empty": "nothing there in PREPROD",
  "layout-reference": "PREPROD's layout is written into promoted files",
  imports: "imports that will not work in PROD",
  dependencies: "packages that PROD does not declare",
  "lock-file": "dependency file and lock file out of step",
  deletions: "a large part of PROD is removed",
  secrets: "secrets would be promoted",
  "special-files": "sockets, fifos or devices",
  "preprod-health": "PREPROD is not healthy",
  "disk-space": "PROD's host is short of space",
  replaceable: "files that cannot be replaced",
  "hosts-differ": "PROD's hosts are not the same",
};

/** Said where a check blocks, or is certain. */
const remedies: Words = {
  "empty-source": "Mount or fill it in PREPROD, then make a new plan.",
  "layout-reference": "Write these paths relative to the file in PREPROD, then make a new plan.",
  imports: "Correct the imports in PREPROD, or promote what they need, then make a new plan.",
  dependencies: "Add the packages to the dependency file in PREPROD, then make a new plan.",
  "lock-file": "Lock again in PREPROD (uv lock, npm install, …), then make a new plan.",
  deletions:
    "Put back what is missing in PREPROD, or take `delete: true` off the rule, then make a new plan.",
  secrets: "Move them to PROD's own .env, under `protect`, then make a new plan.",
  "special-files": "Take them out of the promoted paths, then make a new plan.",
  "preprod-health": "Get PREPROD healthy, then make a new plan.",
  "disk-space": "Free some space there, then make a new plan.",
  replaceable: "Give them to the deploy user on PROD's host, then make a new plan.",
};

const findings: Sentences = {
  "host-differs": (fact) => `is not the same on ${fact("onHost")} as on the others`,
  "layout-path": (fact) => `names ${fact("named")}, which PROD will not have${inProd(fact, "prodPath")}`,
  "layout-root": (fact) => `names PREPROD's own directory ${fact("named")}`,
  "layout-module": (fact) => `names the module ${fact("named")}, which only PREPROD's layout has`,
  "import-layout": (fact) =>
    `imports ${fact("module")}, which only PREPROD's layout has${inProd(fact, "instead")}`,
  "import-missing": (fact) => `imports ${fact("module")}, which PROD will not have${inProd(fact, "instead")}`,
  "import-name": (fact) =>
    `imports ${fact("name")} from ${fact("module")}, but ${fact("file")} does not have it`,
  "import-file": (fact) => `asks for ${fact("module")}, which PROD will not have`,
  "dependency-missing": (fact) =>
    fact("module") === fact("package")
      ? `needs ${fact("package")}, which ${fact("file")} lacks`
      : `imports ${fact("module")}, so needs ${fact("package")}, which ${fact("file")} lacks`,
  "dependency-file-broken": () => "cannot be read: it has a syntax error here",
  "lock-missing": (fact) => `${fact("package")} is in ${fact("file")}, but not in ${fact("lock")}`,
  "lock-left": (fact) => `${fact("package")} is still in ${fact("lock")}, but not in ${fact("file")}`,
  "lock-differing": (fact) =>
    `${fact("package")} is another version in ${fact("lock")} than ${fact("file")} wants`,
  secret: (fact) => `holds what looks like a secret (${fact("kind")})`,
  "empty-source": (fact) =>
    `${fact("from")} has ${fact("preprod")} files in PREPROD where ${fact("to")} has ${fact("prod")} in PROD`,
  obstacle: (fact) => `cannot be replaced: ${fact("reason")}`,
  "disk-space": (fact) =>
    `${fact("bytesNeeded")} bytes and ${fact("inodesNeeded")} files are to be staged, ${fact("bytesFree")} and ${fact("inodesFree")} are free`,
  "preprod-unhealthy": (fact) => `its own health check says: ${fact("reason")}`,
  "rewrite-lost": (fact) =>
    `no line in PREPROD matches ${fact("match")} any more, so PROD gets what PREPROD has there`,
  "own-check-failed": (fact) =>
    `the app's own check ended with exit code ${fact("code")}${fact("last") === "" ? "" : `: ${fact("last")}`}`,
  "own-check-late": (fact) => `the app's own check did not end within ${fact("seconds")} s`,
  "own-check-not-run": (fact) => `the app's own check could not be run: ${fact("reason")}`,
  "special-file": (fact) => `is a ${fact("kind")} in ${fact("side")}`,
};

/** One sentence over all findings of a code, where place by place says too little. */
const summaries: Sentences = {
  deletions: (fact) => `${fact("removed")} of PROD's ${fact("mapped")} files that follow a rule go:`,
};

export const checks = {
  titles,
  remedies,
  findings,
  summaries,
  /** Words that are facts, such as the kind of a secret. */
  words: {
    "private key": "private key",
    "password in a URL": "password in a URL",
    "directory-not-writable": "the deploy user cannot write its directory",
    "directory-not-ours": "its directory belongs to somebody else",
    owner: "it belongs to somebody else",
    immutable: "it is marked immutable (chattr -i takes that off)",
    "mount-point": "something is mounted there",
    "parent-is-a-link": "a directory above it is a link",
    character: "character device",
    block: "block device",
  } as Words,
  more: (n: number) => `… ${count(n, "more place", "more places")}`,
};

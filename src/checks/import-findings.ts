// What the check of imports says: one finding for each import that will not work, one sentence over all.

import { counted, type Finding, listed, runsElsewhere } from "./check.ts";
import type { Verdict } from "./python-imports.ts";

export function missingModule(
  path: string,
  line: number,
  verdict: Verdict & { readonly outcome: "missing" },
  doubtful: boolean,
): Finding {
  const facts = {
    module: verdict.module,
    ...(verdict.instead === undefined ? {} : { instead: verdict.instead }),
  };
  // What PREPROD does not find either is generated, or never reached.
  const uncertain = doubtful || runsElsewhere(path) || !(verdict.foundBefore || verdict.layout);
  return finding({ code: verdict.layout ? "import-layout" : "import-missing", path, line, facts }, uncertain);
}

export function missingName(
  path: string,
  line: number,
  facts: { readonly module: string; readonly name: string; readonly file: string },
): Finding {
  return finding({ code: "import-name", path, line, facts }, true);
}

export function missingFile(path: string, line: number, specifier: string, uncertain: boolean): Finding {
  return finding({ code: "import-file", path, line, facts: { module: specifier } }, uncertain);
}

export function importsSummary(findings: readonly Finding[]): string {
  const named = findings.map(({ code, facts }) => {
    if (code === "import-name") return `${facts["name"]} from ${facts["module"]}`;
    return facts["instead"] === undefined
      ? `${facts["module"]}`
      : `${facts["module"]} (in PROD: ${facts["instead"]})`;
  });
  return `${counted(findings.length, "import")} will not work in PROD: ${listed(named)}.`;
}

function finding(what: Omit<Finding, "message" | "uncertain">, uncertain: boolean): Finding {
  return { ...what, message: sentence(what), ...(uncertain ? { uncertain } : {}) };
}

function sentence({ code, facts }: Pick<Finding, "code" | "facts">): string {
  const instead = facts["instead"] === undefined ? "" : `; in PROD it is ${facts["instead"]}`;
  switch (code) {
    case "import-layout":
      return `imports ${facts["module"]}, which only PREPROD's layout has${instead}`;
    case "import-name":
      return `imports ${facts["name"]} from ${facts["module"]}, but ${facts["file"]} does not have it`;
    case "import-file":
      return `asks for ${facts["module"]}, which PROD will not have`;
    default:
      return `imports ${facts["module"]}, which PROD will not have${instead}`;
  }
}

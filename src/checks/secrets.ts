// Check: keys, tokens and passwords about to be promoted. It tells where and of what kind, never the value.

import {
  type Check,
  type CheckInput,
  counted,
  type Finding,
  listed,
  promotedFiles,
  runsElsewhere,
} from "./check.ts";
import { isJavascript, readJavascript } from "./javascript-source.ts";
import { readPython } from "./python-source.ts";
import { findSecrets, isPlaceholder, isSecretName } from "./secret-patterns.ts";
import { lineCounter, type Source, type Sources } from "./sources.ts";

export const secrets: Check = {
  id: "secrets",
  level: "warn",
  fine: "No secrets seen among the promoted files.",
  find: findPromotedSecrets,
  summary: (findings) =>
    `${counted(findings.length, "secret")} would be promoted: ${listed(findings.map(({ path, line, facts }) => `${facts["kind"]} in ${path}${line > 0 ? `:${line}` : ""}`))}. Secrets belong in PROD's own .env, under \`protect\`.`,
};

/** Kept for their keys; nothing of what is in them can be read as text. */
const keyStores = /\.(?:p12|pfx|jks|keystore|kdbx)$|(?:^|\/)(?:id_rsa|id_ed25519|id_ecdsa|id_dsa)$/;
const environmentFile = /(?:^|\/)\.env(?:\.[\w.-]+)?$|\.env$/;
const template = /(?:example|sample|template|dist|defaults?|schema)/i;
const notWorthReading =
  /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|svg|woff2?|ttf|otf|eot|mp[34]|webm|mov|avi|wav|ogg|flac|pdf|zip|gz|tgz|bz2|xz|zst|7z|rar|whl|jar|so|dll|dylib|exe|pyc|wasm|duckdb|db|sqlite3?|parquet|feather|arrow|npy|npz|pkl|h5|onnx|pt|bin|dat|csv|tsv|map|snap)$|(?:^|\/)(?:[\w.-]+\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum)$|\.min\.(?:js|css)$/i;
const mostPerFile = 50;
const configuration =
  /\.(?:ya?ml|toml|ini|cfg|conf|properties|env|json|sh|service|tf|tfvars)$|(?:^|\/)(?:\.[\w-]+rc|Dockerfile[^/]*|\.env[^/]*|\.netrc|\.pgpass|credentials|config)$/;

async function findPromotedSecrets(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const toRead: string[] = [];
  for (const { path } of promotedFiles(input.changes)) {
    if (keyStores.test(path)) findings.push(secret(path, 0, "key file"));
    else if (!notWorthReading.test(path)) toRead.push(path);
  }
  for await (const source of sources.texts(toRead)) findings.push(...(await secretsOf(source, sources)));
  return findings;
}

async function secretsOf(source: Source, sources: Sources): Promise<readonly Finding[]> {
  const { path, text } = source;
  if (environmentFile.test(path) && !template.test(path)) return environmentSecrets(source);
  const lineAt = lineCounter(text);
  const documents = /\.(?:md|rst|txt|html?)$|\.d\.[cm]?ts$/.test(path);
  const sightings = findSecrets(text, configuration.test(path));
  const remarks = sightings.some(({ byName }) => byName) ? await remarksIn(source, sources) : [];
  const isRemark = (at: number): boolean => remarks.some(({ from, to }) => from <= at && at < to);
  // Comments and templates show how something is used; only what its issuer marked is a secret even there.
  const told = sightings.filter(({ byName, at }) => !byName || !(template.test(path) || isRemark(at)));
  return told.slice(0, mostPerFile).map(({ kind, at }) =>
    // Documentation, tests and templates are full of made-up values.
    secret(path, lineAt(at), kind, runsElsewhere(path) || documents || template.test(path)),
  );
}

async function remarksIn(
  source: Source,
  sources: Sources,
): Promise<readonly { readonly from: number; readonly to: number }[]> {
  if (source.path.endsWith(".py")) return (await readPython(source, sources)).remarks;
  return isJavascript(source.path) ? (await readJavascript(source, sources)).remarks : [];
}

/** The first line of an `.env` that gives a secret a value stands for the file: it is the file that must not go. */
function environmentSecrets({ path, text }: Source): readonly Finding[] {
  for (const [index, line] of text.split("\n").entries()) {
    const match = /^\s*(?:export\s+)?(\w+)\s*=\s*["']?([^"'\s#]{4,})/.exec(line);
    const name = match?.[1] ?? "";
    const value = match?.[2] ?? "";
    if (isSecretName(name) && !isPlaceholder(value)) return [secret(path, index + 1, `value of ${name}`)];
  }
  return [];
}

function secret(path: string, line: number, kind: string, uncertain = false): Finding {
  return {
    code: "secret",
    path,
    line,
    facts: { kind },
    message: `holds what looks like a secret (${kind})`,
    ...(uncertain ? { uncertain } : {}),
  };
}

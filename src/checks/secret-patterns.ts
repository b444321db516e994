// What a secret looks like in text: shapes that issuers chose to be found by, and values given to telling names.

export type SecretPattern = { readonly kind: string; readonly pattern: RegExp };

/** Each needs its issuer's own mark, so that a hash or an id is never taken for a secret. */
const marked: readonly SecretPattern[] = [
  {
    kind: "private key",
    pattern:
      /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s)+(?:[A-Za-z0-9+/=]{40}|[A-Za-z-]+: )/g,
  },
  { kind: "AWS access key", pattern: /\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}\b/g },
  { kind: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/g },
  { kind: "GitLab token", pattern: /\bgl(?:pat|ptt|rt|dt)-[A-Za-z0-9_-]{20,}\b/g },
  {
    kind: "Slack token",
    pattern: /\bxox[abeoprs]-(?:\d+-)+[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{30,}/g,
  },
  {
    kind: "Slack webhook",
    pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
  },
  { kind: "Discord webhook", pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{15,}\/[\w-]{50,}/g },
  { kind: "Stripe key", pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g },
  { kind: "Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { kind: "Google OAuth secret", pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}\b/g },
  {
    kind: "OpenAI key",
    pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,160}T3BlbkFJ[A-Za-z0-9_-]{16,}/g,
  },
  { kind: "Anthropic key", pattern: /\bsk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{60,}/g },
  { kind: "Hugging Face token", pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: "npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: "PyPI token", pattern: /\bpypi-AgEI[A-Za-z0-9_-]{50,}/g },
  { kind: "SendGrid key", pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/g },
  { kind: "DigitalOcean token", pattern: /\bdo[oprt]_v1_[a-f0-9]{64}\b/g },
  { kind: "Telegram bot token", pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g },
  { kind: "Azure storage key", pattern: /AccountKey=[A-Za-z0-9+/]{86}==/g },
  {
    kind: "JSON web token",
    pattern: /\beyJ[A-Za-z0-9_-]{15,300}\.eyJ[A-Za-z0-9_-]{15,2000}\.[A-Za-z0-9_-]{20,}/g,
  },
];

const inUrl =
  /\b[a-z][a-z0-9+.-]{2,20}:\/\/[^\s:/@"'`<>{}$%]{1,80}:([^\s:/@"'`<>]{3,100})@(?!(?:[\w-]+\.)*example\.)[\w.-]+/gi;
const given =
  /(?:^|[^\w])["']?([\w.-]{0,40}(?:password|passwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|credentials?))["']?\s*(?::|=>|=)\s*(?:"([^"\n]{8,200})"|'([^'\n]{8,200})'|([^\s"'`,;#(){}[\]<>$]{8,200})(?=\s*(?:$|[#;,])))/gim;

/** `byName`: only the name it is given to tells that it is one. */
export type SecretSighting = { readonly kind: string; readonly at: number; readonly byName: boolean };

/** `bareValues`: the file is configuration, in which a value needs no quotes. */
export function findSecrets(text: string, bareValues: boolean): readonly SecretSighting[] {
  const sightings: SecretSighting[] = [];
  for (const { kind, pattern } of marked) {
    for (const match of text.matchAll(pattern)) {
      if (!isPlaceholder(match[0])) sightings.push({ kind, at: match.index, byName: false });
    }
  }
  for (const match of text.matchAll(inUrl)) {
    const value = match[1] ?? "";
    if (!isPlaceholder(value) && !isCommon(value))
      sightings.push({ kind: "password in a URL", at: match.index, byName: true });
  }
  for (const match of text.matchAll(given)) {
    const value = match[2] ?? match[3] ?? (bareValues ? match[4] : undefined);
    if (value === undefined || !isRandom(value)) continue;
    const name = match[1] ?? "";
    sightings.push({ kind: `value of ${name}`, at: match.index + match[0].indexOf(name), byName: true });
  }
  return onePerPlace(sightings);
}

/** Whether a name is one under which secrets are kept. */
export function isSecretName(name: string): boolean {
  return /pass(?:word|wd|phrase)?\b|secret|token|api_?key|private_?key|access_?key|credential|_dsn\b|database_url|_key$|salt$/i.test(
    name,
  );
}

export function isPlaceholder(value: string): boolean {
  return (
    /example|changeme|change[_-]me|placeholder|your[_-]|dummy|sample|redacted|replace[_-]?(?:me|with)|not[_-]?a[_-]?(?:real|secret)|todo|fixme|fake|test|secret[_-]?here|insert|\.\.\.|<[^>]*>|\$\{|\{\{|%\(|%s|xxxx|\*\*\*|0000000|1234567|abcdefg/i.test(
      value,
    ) || /^(.)\1*$/.test(value)
  );
}

/** Passwords that are no secret: what every tutorial's local database has. */
function isCommon(value: string): boolean {
  return /^(?:postgres|password|passwd|pass|root|admin|guest|user|mysql|secret|pwd|\d+|[$%{].*)$/i.test(
    value,
  );
}

/** Words, paths, identifiers and references have structure; a generated value has none. */
function isRandom(value: string): boolean {
  if (value.length < 12 || isPlaceholder(value) || /[\s<>{}()$]/.test(value)) return false;
  if (/^(?:https?:|\/|\.|[a-z]+:\/\/)|process\.env|os\.environ|getenv|config\[/i.test(value)) return false;
  // A chain of words is a name: `user_session_token`, `TokenRefreshView`, `auth.token.invalid`.
  const words = value.split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])/).filter((word) => word !== "");
  if (words.every((word) => /^(?:[A-Za-z]?[a-z]+|[A-Z]+|\d{1,4}|[a-z]+\d{1,2})$/.test(word))) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) > 3.2;
}

function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** A token given to a variable called `token` is one secret. */
function onePerPlace(sightings: readonly SecretSighting[]): readonly SecretSighting[] {
  const sorted = [...sightings].sort((left, right) => left.at - right.at);
  return sorted.filter((sighting, index) => {
    const previous = sorted[index - 1];
    const next = sorted[index + 1];
    if (sighting.byName && next !== undefined && next.at - sighting.at < 60) return false;
    return previous === undefined || previous.at !== sighting.at;
  });
}

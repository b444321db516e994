// Takes secrets out of a text before anyone sees it: those we know, and whatever has the look of one.

export const hidden = "[hidden]";

/** Shorter ones would hide ordinary words; a secret of three letters keeps nothing secret. */
const shortestSecret = 4;

/**
 * Hides the given secrets, also where they were encoded on the way (base64, URL, JSON), and tokens, keys and passwords by
 * their form. Text that holds none comes back as it was, and masking twice is masking once. Give it whole texts: a secret
 * cut in two by a chunk's end is not seen.
 */
export function createMask(secrets: readonly string[]): (text: string) => string {
  const known = knownPattern(secrets);
  return (text) => {
    const withoutKnown = known === undefined ? text : text.replace(known, hidden);
    return forms.reduce((masked, { form, replace }) => masked.replace(form, replace), withoutKnown);
  };
}

function knownPattern(secrets: readonly string[]): RegExp | undefined {
  const spellings = new Set(secrets.filter((secret) => secret.length >= shortestSecret).flatMap(spellingsOf));
  if (spellings.size === 0) return undefined;
  // The longest first: a secret inside another must not leave the rest of the longer one behind.
  const longestFirst = [...spellings].sort((left, right) => right.length - left.length);
  return new RegExp(
    longestFirst.map((spelling) => spelling.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"),
    "g",
  );
}

function spellingsOf(secret: string): readonly string[] {
  const url = encodeURIComponent(secret.toWellFormed());
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, url, url.replaceAll("%20", "+"), lowerHex(url), json, ...base64Of(secret)];
}

function lowerHex(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

/** Inside a longer text a secret can begin at each of three places of a base64 group; its own part of the code is kept. */
function base64Of(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inside = [0, 1, 2].flatMap((before) => {
    const code = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const from = before === 0 ? 0 : before + 1;
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    const own = code.slice(from, to);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const whole = [bytes.toString("base64"), bytes.toString("base64url")];
  return [...whole, ...inside.filter((code) => code.length >= 8)];
}

type Form = { readonly form: RegExp; readonly replace: (match: string, ...groups: string[]) => string };

const all = () => hidden;

// Not after `no`: NOPASSWD of sudoers is followed by the command that it allows.
const secretName =
  "(?<!\\bno)(?:pass(?:word|wd|phrase)|pwd|secret(?:[_-]?(?:access[_-]?)?key)?|(?:access|auth|api|bot|app|refresh|id)?[_-]?token|(?:api|access|private|secret|encryption|signing)[_-]?key|client[_-]?secret|credentials?)";

const forms: readonly Form[] = [
  {
    form: /-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----[\s\S]*?(?:-----END \1-----|$)/g,
    replace: all,
  },
  { form: /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}/g, replace: all },
  { form: /\bxapp-[A-Za-z0-9-]{8,}/g, replace: all },
  {
    form: /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]+/g,
    replace: (_, host) => `${host}${hidden}`,
  },
  { form: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, replace: all },
  { form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: all },
  {
    form: /\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}|\bglpat-[A-Za-z0-9_-]{20,}/g,
    replace: all,
  },
  { form: /\bAIza[A-Za-z0-9_-]{35}|\bsk[-_](?:live_|test_|ant-|proj-)?[A-Za-z0-9_-]{20,}/g, replace: all },
  {
    form: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"<>]{0,100}:)([^\s@'"<>]{1,200})@(?=[^\s@])/gi,
    replace: (match, start, password) =>
      isHarmless(password ?? "") || isPort(password ?? "") ? match : `${start}${hidden}@`,
  },
  {
    form: /\b((?:proxy-)?authorization["']?\s{0,5}[:=]\s{0,5}["']?(?:bearer|basic|token)\s{1,5})[^\s"',;]+/gi,
    replace: (_, start) => `${start}${hidden}`,
  },
  {
    form: new RegExp(
      `(${secretName}["']?[ \\t]{0,8}[=:][ \\t]{0,8})("(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'|[^\\s"',;&|)}\\]]+)`,
      "gi",
    ),
    replace: (match, name, value) => hideValue(match, name ?? "", value ?? ""),
  },
];

function hideValue(match: string, name: string, value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? "";
  const inner = quote === "" ? value : value.slice(1, -1);
  return isHarmless(inner) || (quote === "" && isCode(inner)) ? match : `${name}${quote}${hidden}${quote}`;
}

/** Stands where a secret could, but says nothing: an empty value, a placeholder, a variable, what we hid already. */
function isHarmless(value: string): boolean {
  return /^(?:|\[hidden\]?|\*+|x{3,}|\.{3}|…|<[^>]*>?|\$\{?\w.*|\$\(.*|%\(?\w+.*|\{\{.*)$/i.test(value);
}

/** `host:8501/path@…` has a port where others have a password. */
function isPort(value: string): boolean {
  return /^\d{1,5}[/?#]/.test(value);
}

/** An expression of a programme, not the value itself: a call, a member, a type, a keyword. */
function isCode(value: string): boolean {
  return (
    /^(?:null|none|nil|true|false|undefined|str|string|bytes|int|number|boolean|unknown|required|optional|missing|invalid|any|is|not|the|a|an)\b[^\w]*$/i.test(
      value,
    ) ||
    /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*[([]/.test(value) ||
    /^(?:os|process|env|self|this|config|settings|request|args|options)\.[\w.]+$/.test(value) ||
    /^[=:>~+]/.test(value)
  );
}

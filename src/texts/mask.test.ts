import fc from "fast-check";
import { expect, test } from "vitest";
import { createMask } from "./mask.ts";

const mask = createMask([]);

test("a known secret is hidden wherever it stands", () => {
  const known = createMask(["s3cr3t-value", "s3cr3t-value-longer"]);
  expect(known("a s3cr3t-value-longer, a s3cr3t-value and xs3cr3t-valuex")).toBe(
    "a [hidden], a [hidden] and x[hidden]x",
  );
});

test("a known secret is hidden in base64, URL and JSON spelling", () => {
  const secret = 'p@ss/"w ord';
  const known = createMask([secret]);
  const spellings = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
    JSON.stringify(secret).slice(1, -1),
  ];
  for (const spelling of spellings) expect(known(`<${spelling}>`)).toBe("<[hidden]>");
});

test("a known secret leaves none of itself when it is part of a longer base64 text", () => {
  const secret = "correct-horse-battery";
  const known = createMask([secret]);
  for (const before of ["", "u", "us", "use", "user:"]) {
    const code = Buffer.from(`${before}${secret}!`).toString("base64");
    const left = Buffer.from(known(code).replace("[hidden]", ""), "base64").toString();
    expect(known(code)).toContain("[hidden]");
    expect(left).not.toMatch(/correct|horse|battery/);
  }
});

test("whatever the secret and the text around it, the secret is not in the answer, and masking twice is masking once", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 9 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!"[hidden]".includes(secret));
      const known = createMask([secret]);
      const masked = known(`${before}${secret}${after}`);
      expect(masked).not.toContain(secret);
      expect(known(masked)).toBe(masked);
    }),
  );
});

test("a secret too short to be one hides nothing", () => {
  expect(createMask(["", "a", "abc"])("a cab abc")).toBe("a cab abc");
});

// Put together at run time, so that no scanner takes this file for a leak.
const joined = (...parts: string[]) => parts.join("");

test.for([
  ["a bot token", joined("say xox", "b-123456789012-abcDEF, then"), "say [hidden], then"],
  ["a rotated token", joined("xoxe.xox", "p-1-Mi0yLTEyMzQ1Njc4"), "[hidden]"],
  ["an app-level token", joined("xap", "p-1-A0123456789-0123-abcdef"), "[hidden]"],
  [
    "a webhook",
    joined("https://hooks.slack.com/serv", "ices/T000/B000/abcdef"),
    "https://hooks.slack.com/services/[hidden]",
  ],
  ["a JWT", "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123 .", "t=[hidden] ."],
  ["an AWS key", joined("key AKIA", "IOSFODNN7EXAMPLE."), "key [hidden]."],
  ["a GitHub token", joined("gh", "p_0123456789abcdefghij0123456789abcdef"), "[hidden]"],
  ["a password of a shell", "DB_PASSWORD=hunter2 ./run", "DB_PASSWORD=[hidden] ./run"],
  ["a password in quotes", `password = "hun ter2"`, `password = "[hidden]"`],
  ["a password in JSON", `{"password":"hunter2","port":1}`, `{"password":"[hidden]","port":1}`],
  ["a password in YAML", "  password: hunter2\n  port: 1", "  password: [hidden]\n  port: 1"],
  ["a token in a query", "GET /?token=abc123&page=2", "GET /?token=[hidden]&page=2"],
  ["a secret key", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7", "AWS_SECRET_ACCESS_KEY=[hidden]"],
  ["an API key", "api_key: 12345", "api_key: [hidden]"],
  ["a bearer", "Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"],
  ["an address with a password", "postgres://me:hunter2@db:5432/x", "postgres://me:[hidden]@db:5432/x"],
  ["an address with a password of digits", "amqp://me:123456@mq/x", "amqp://me:[hidden]@mq/x"],
  ["an address with a strange password", "redis://:p/a:ss@cache/0", "redis://:[hidden]@cache/0"],
] as const)("%s is hidden by its form", ([, text, expected]) => {
  expect(mask(text)).toBe(expected);
  expect(mask(expected)).toBe(expected);
});

test("a private key is hidden to its end, and to the text's end when it was cut", () => {
  const key = (end: string) => joined("-----BEGIN RSA PRIV", "ATE KEY-----\nMIIE\nabc\n", end);
  expect(mask(`a\n${key(joined("-----END RSA PRIV", "ATE KEY-----"))}\nb`)).toBe("a\n[hidden]\nb");
  expect(mask(`a\n${key("")}`)).toBe("a\n[hidden]");
});

test.for([
  "Traceback (most recent call last):",
  "ModuleNotFoundError: No module named 'polars'",
  "the password is wrong",
  "tokens: 512 of 1024",
  "max_tokens=100",
  "tokenizer: fast",
  "password = os.environ['DB_PASSWORD']",
  "password = getpass()",
  "token: string;",
  "token = None",
  "secret=${DB_SECRET}",
  "password: <your password>",
  "http://localhost:8501/a:b@c",
  "https://example.org/path?x=1#y",
  "git@github.com:org/repo.git",
  "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
  "uv.lock: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "src/mangetamain_analytics/main.py → streamlit/main.py",
  "if token == expected:",
  "deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart kitchen.service",
])("ordinary text is left alone: %s", (text) => {
  expect(mask(text)).toBe(text);
});

test("a megabyte of anything is masked quickly", () => {
  const started = performance.now();
  for (const piece of ["password", "a://b:", "eyJ", "-----BEGIN ", "token=", "x", '="', "secret:  "]) {
    mask(piece.repeat(Math.ceil(1_000_000 / piece.length)));
  }
  // Seconds, not the minutes that a pattern with too many ways would take; a loaded machine stays far below.
  expect(performance.now() - started).toBeLessThan(15_000);
});

import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample, sampleInput } from "../../test/check-samples.ts";
import { allChecks, runChecks } from "./run-checks.ts";
import { secrets } from "./secrets.ts";

function promoting(files: Files): Sample {
  return { paths: [{ from: "./", to: "./" }], preprod: files };
}

/** Put together here, so that no scanner takes this file itself for a leak. */
const made = (...parts: readonly string[]): string => parts.join("");
const random = "q8Zr4Tn2Vx7Lw9Kp3Bd6Hs5Jm1Gf0Yc8Qa4";
const pem = made("-----BEGIN RSA PRIV", `ATE KEY-----\n${random}${random}\n-----END`);

describe("a secret is found at its line", () => {
  test.each<[string, string, string]>([
    ["AWS", "a.py", made("x = 'AK", "IAQ3EGRTS5VZPLMWXY'")],
    ["GitHub", "a.py", made("# gh", `p_${random}A`)],
    ["Slack", "a.js", made("const t = 'xo", "xb-183456729012-223456749012-q8Zr4Tn2Vx7Lw9Kp3Bd6Hs5J'")],
    [
      "a webhook",
      "a.yml",
      made("url: https://hooks.slack", ".com/services/T0AAAAAAA/B0BBBBBBB/q8Zr4Tn2Vx7Lw9Kp3Bd6Hs5J"),
    ],
    ["Stripe", "a.py", made("sk_li", `ve_${random}`)],
    ["Google", "a.html", made("AI", "zaSy", random.slice(0, 33))],
    [
      "a JSON web token",
      "a.py",
      made("t = 'ey", `JhbGciOiJIUzI1NiIsInR5.ey`, `JzdWIiOiJxOFpyNFRuMlZ4.${random}'`),
    ],
    ["a private key", "server.pem", pem],
    [
      "a private key in one line",
      "key.json",
      made('{"private_key": "-----BEGIN PRIV', `ATE KEY-----\\n${random}${random}"}`),
    ],
    ["a password", "a.py", `password = "${random}"`],
    ["a bare value in YAML", "a.yml", `api_key: ${random}`],
    ["a value in a shell script", "a.sh", `export SECRET_TOKEN=${random}`],
    ["a JSON value", "a.json", `{"clientSecret": "${random}"}`],
    ["a URL", "a.py", "x = 'postgresql://shop:hunter2rabbit@db.internal:5432/shop'"],
    [".env", ".env", "DEBUG=1\nDB_PASSWORD=hunter2rabbit\n"],
    [".env of a place", "config/.env.production", "SLACK_BOT_TOKEN=abcd-efgh"],
    ["Streamlit's secrets", ".streamlit/secrets.toml", `db_password = "${random}"`],
  ])("%s", async (_, name, text) => {
    const [finding] = await findingsOf(secrets, promoting({ [name]: `\n\n${text}\n` }));
    expect(finding?.replace(/^\?/, "")).toBe(`${name}:${name === ".env" ? 4 : 3} secret`);
  });

  test("a key file is found by its name", async () => {
    expect(
      await findingsOf(secrets, promoting({ "deploy/id_ed25519": "x", "a.p12": Buffer.from([0, 1]) })),
    ).toEqual(["a.p12:0 secret", "deploy/id_ed25519:0 secret"]);
  });
});

describe("no secret is seen in", () => {
  test.each<[string, string, string]>([
    [
      "what reads one",
      "a.py",
      "password = os.environ['DB_PASSWORD']\ntoken = st.secrets['token']\nsecret = get_secret('shop/db')",
    ],
    [
      "placeholders",
      "a.py",
      "password = 'changeme-changeme-1'\napi_key = 'your-api-key-here-123'\ntoken = '${TOKEN}'\nsecret = '<your secret 123>'",
    ],
    [
      "names",
      "a.py",
      "token_url = 'https://idp.example.org/oauth2/v2.0/token'\nsecret_name = 'shop-database-password-v2'\nTOKEN = 'user_session_token_v2'",
    ],
    ["a template", ".env.example", "DB_PASSWORD=hunter2rabbit\nTOKEN="],
    [".env without secrets", ".env", "PORT=8501\nDEBUG=true\nAPI_TOKEN=\n"],
    [
      "hashes",
      "a.json",
      `{"integrity": "sha512-${random}${random}==", "commit": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}`,
    ],
    ["a lock file", "uv.lock", `token = "${random}"`],
    [
      "documentation in code",
      "a.py",
      `"""Returns::\n\n    {"access_token": "${random}"}\n"""\n# password = "${random}"`,
    ],
    ["a comment", "a.js", `// token: "${random}"\n/* password = "${random}" */`],
    ["a check for keys", "a.py", made('if text.startswith("-----BEGIN RSA PRIV', 'ATE KEY-----"):')],
    [
      "local databases",
      "compose.yml",
      "DATABASE_URL: postgres://postgres:postgres@db/shop\nPOSTGRES_PASSWORD: postgres",
    ],
    ["AWS's own example", "a.py", made("AK", "IAIOSFODNN7EXAMPLE")],
    ["style", "a.css", ".token.password::before { content: 'x' }"],
    ["words", "a.fr.yml", "password: Mot de passe oublié ?\nsecret: Recette secrète du chef\ntoken: jeton"],
    ["a public key", "id.pub", made("-----BEGIN PUBLIC KEY-----\n", random, random)],
    [
      "schemas",
      "a.py",
      "class Login(BaseModel):\n    password: str\n    token: Optional[AccessToken2024] = None\nx = dict(password=password1234, token=self.token_v2)",
    ],
  ])("%s", async (_, name, text) => {
    expect(await findingsOf(secrets, promoting({ [name]: text }))).toEqual([]);
  });
});

test("tests and documents are doubtful", async () => {
  const text = `password = "${random}"`;
  expect(await findingsOf(secrets, promoting({ "tests/test_a.py": text, "README.md": text }))).toEqual([
    "?README.md:1 secret",
    "?tests/test_a.py:1 secret",
  ]);
});

test("the value is in no part of the result", async () => {
  const files = {
    "a.py": `password = "${random}"\n`,
    ".env": `API_TOKEN=${random}`,
    "b.yml": `url: https://me:${random}@db.internal/`,
  };
  const results = await runChecks(sampleInput(promoting(files)), allChecks);
  expect(results.find(({ id }) => id === "secrets")?.where).toHaveLength(3);
  expect(JSON.stringify(results)).not.toContain(random.slice(0, 8));
});

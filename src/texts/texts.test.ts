import { expect, test } from "vitest";
import { failureCodes } from "../errors.ts";
import { restartFailureCodes } from "../restart/restart-failure.ts";
import { failureSentence, textsFor } from "./texts.ts";

const details = {
  host: "dataia",
  path: "/srv/app",
  command: "docker-compose restart",
  stderr: "no such\nservice",
  limitSeconds: 90,
};

test.each(failureCodes)("%s has a sentence in both languages, with and without facts", (code) => {
  for (const locale of ["en", "fr"] as const) {
    for (const facts of [details, {}]) {
      const sentence = failureSentence(textsFor(locale), { code, details: facts });
      expect(sentence).toMatch(/^\S.*[.?]$/);
      expect(sentence).not.toMatch(/undefined|NaN|\[object|\n/);
    }
  }
  expect(failureSentence(textsFor("en"), { code, details })).not.toBe(
    failureSentence(textsFor("fr"), { code, details }),
  );
});

test.each(restartFailureCodes)(
  "a restart that fails by %s is told in both languages, with the remedy",
  (why) => {
    const facts = { file: "compose.yml", unit: "shop.service", container: "shop", root: "/srv", seconds: 9 };
    for (const known of [facts, {}]) {
      const [english, french] = (["en", "fr"] as const).map((locale) =>
        failureSentence(textsFor(locale), { code: "restart-failed", details: { ...known, why } }),
      );
      expect(english).toMatch(/^The restart failed\. \S.*\. Its last lines are in the log\.$/);
      expect(french).toMatch(
        /^Le redémarrage a échoué\. \S.*\. Ses dernières lignes sont dans le journal\.$/,
      );
      expect(`${english}${french}`).not.toMatch(/undefined|NaN|\[object|\n/);
    }
  },
);

test("a failure names the thing, the cause and the next move", () => {
  expect(failureSentence(textsFor("en"), { code: "command-timeout", details })).toBe(
    "docker-compose restart did not end within 1 min 30 s on dataia. Look at the log; raise its time limit if it needs longer.",
  );
  expect(failureSentence(textsFor("fr"), { code: "host-unreachable", details: { host: "dataia" } })).toBe(
    "dataia est injoignable. Vérifiez que la machine est allumée et que `ssh dataia` fonctionne depuis la machine du bot.",
  );
});

test("a code without words still says what is known", () => {
  expect(failureSentence(textsFor("en"), { code: "moon-phase", details: {} })).toContain("moon-phase");
});

test("a hostile detail cannot break out of its line", () => {
  const sentence = failureSentence(textsFor("en"), {
    code: "scan-failed",
    details: { path: "a\n\u001b[31mb\u202e" },
  });
  expect(sentence).not.toMatch(/[\u0000-\u001f\u202e]/);
});

test("the two languages say the same things", () => {
  expect(shape(textsFor("fr"))).toEqual(shape(textsFor("en")));
});

/** Names of all sentences, with the number of values each takes. */
function shape(value: unknown, path = ""): readonly string[] {
  if (typeof value === "function") return [`${path}()`];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => shape(inner, `${path}.${name}`));
}

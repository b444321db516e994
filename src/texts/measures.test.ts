import { expect, test } from "vitest";
import { englishMeasures as en, frenchMeasures as fr } from "./measures.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [3994, "3.9 KB"],
  [609_222_656, "581 MB"],
  [1_048_575, "1 MB"],
  [5 * 1024 ** 4, "5 TB"],
])("%i bytes are %s", (bytes, words) => {
  expect(en.bytes(bytes)).toBe(words);
});

test.each([
  [0.084, "84 ms"],
  [3.2, "3.2 s"],
  [17.6, "18 s"],
  [59.7, "1 min"],
  [72, "1 min 12 s"],
  [7500, "2 h 5 min"],
  [3 * 86_400 + 7200, "3 d 2 h"],
])("%d seconds are %s", (seconds, words) => {
  expect(en.duration(seconds)).toBe(words);
});

test("French counts zero and one alike, and writes decimals with a comma", () => {
  expect(fr.count(0, "fichier", "fichiers")).toBe("0 fichier");
  expect(fr.count(2, "fichier", "fichiers")).toBe("2 fichiers");
  expect(en.count(0, "file", "files")).toBe("0 files");
  expect(fr.bytes(3994)).toBe("3,9 Ko");
  expect(fr.duration(3.2)).toBe("3,2 s");
  expect(fr.list(["a", "b", "c"])).toBe("a, b et c");
});

// Every form a known_hosts line may have, against what OpenSSH's own tools make of it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeKey } from "../../test/ssh/temporary-keys.ts";
import {
  fingerprintOf,
  judge,
  keysOf,
  keyTypes,
  knownHostsLine,
  parseKnownHosts,
  shownKey,
} from "./known-hosts.ts";

let directory: string;
let ed25519: string;
let other: string;
let rsa: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "passerelle-known-"));
  const key = (name: string, type: string): string =>
    makeKey(join(directory, name), type).split(" ").slice(0, 2).join(" ");
  ed25519 = key("ed25519", "ed25519");
  other = key("other", "ed25519");
  rsa = key("rsa", "rsa");
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const blob = (key: string): Buffer => Buffer.from(key.split(" ")[1] ?? "", "base64");

function verdict(text: string, name: string, port: number, key: string): string {
  return judge(keysOf(parseKnownHosts(text, "known_hosts"), name, port), shownKey(blob(key))).verdict;
}

describe("known hosts", () => {
  test.each([
    ["plain", "host KEY", "host", 22, "trusted"],
    ["another host's", "ghost KEY", "host", 22, "unknown"],
    ["one of several names", "a,host,10.0.0.1 KEY", "10.0.0.1", 22, "trusted"],
    ["in capitals", "HOST KEY", "host", 22, "trusted"],
    ["a pattern", "*.example.org KEY", "a.example.org", 22, "trusted"],
    ["a pattern that does not reach so far", "*.example.org KEY", "example.org", 22, "unknown"],
    ["a dot is a dot", "a.b KEY", "axb", 22, "unknown"],
    ["a question mark", "host? KEY", "host1", 22, "trusted"],
    ["a negation", "*.org,!bad.org KEY", "bad.org", 22, "unknown"],
    ["a negation that is about another", "*.org,!bad.org KEY", "good.org", 22, "trusted"],
    ["a port", "[host]:2222 KEY", "host", 2222, "trusted"],
    ["another port", "[host]:2223 KEY", "host", 2222, "unknown"],
    ["no port on file", "host KEY", "host", 2222, "trusted"],
    ["a port where none is asked for", "[host]:2222 KEY", "host", 22, "unknown"],
    ["an IPv6 address", "[::1]:2222 KEY", "::1", 2222, "trusted"],
    ["revoked", "@revoked host KEY", "host", 22, "revoked"],
    ["revoked for everybody", "host KEY\n@revoked * KEY", "host", 22, "revoked"],
    ["an authority's key", "@cert-authority host KEY", "host", 22, "unknown"],
    ["a mark nobody knows", "@trusted host KEY", "host", 22, "unknown"],
    ["a changed key", "host OTHER", "host", 22, "changed"],
    ["a second key beside the old one", "host OTHER\nhost KEY", "host", 22, "trusted"],
    ["a key of another type", "host RSA", "host", 22, "unknown"],
    ["a comment at the end", "host KEY me@there", "host", 22, "trusted"],
    [
      "blanks, comments and rubbish around",
      "\n# host\nrubbish\nhost ssh-ed25519 ????\n \t host KEY \r\n",
      "host",
      22,
      "trusted",
    ],
    ["a type that is not the key's", "host ssh-rsa ONLYKEY", "host", 22, "unknown"],
  ])("%s", (_name, text, host, port, expected) => {
    const written = text
      .replaceAll("ONLYKEY", ed25519.split(" ")[1] ?? "")
      .replaceAll("KEY", ed25519)
      .replaceAll("OTHER", other)
      .replaceAll("RSA", rsa);
    expect(verdict(written, host, port, ed25519)).toBe(expected);
  });

  test("names that ssh-keygen has hashed are found", () => {
    const file = join(directory, "hashed");
    writeFileSync(file, `host ${ed25519}\n[host]:2222 ${other}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("host ");
    expect(verdict(text, "host", 22, ed25519)).toBe("trusted");
    expect(verdict(text, "HOST", 2222, other)).toBe("trusted");
    expect(verdict(text, "host", 2222, ed25519)).toBe("changed");
    expect(verdict(text, "ghost", 22, ed25519)).toBe("unknown");
  });

  test("the types on file are those a server is asked for", () => {
    const text = `host ${rsa}\nhost ${ed25519}\n@revoked host ${other}\nghost ecdsa-sha2-nistp256 AAAA\n`;
    expect(keyTypes(keysOf(parseKnownHosts(text, ""), "host", 22))).toEqual(["ssh-rsa", "ssh-ed25519"]);
  });

  test("a fingerprint is the one that ssh-keygen prints", () => {
    const printed = execFileSync("ssh-keygen", ["-l", "-f", join(directory, "ed25519.pub")]).toString();
    expect(printed).toContain(` ${fingerprintOf(blob(ed25519))} `);
  });

  test("a line that is recorded is found by us and by ssh-keygen", () => {
    const line = knownHostsLine("Host", 2222, blob(ed25519));
    expect(verdict(line, "host", 2222, ed25519)).toBe("trusted");
    const file = join(directory, "recorded");
    writeFileSync(file, `${line}\n`);
    expect(execFileSync("ssh-keygen", ["-F", "[host]:2222", "-f", file]).toString()).toContain(ed25519);
  });
});

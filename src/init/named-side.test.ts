// How a person may name a side, and the hosts that come of it.

import { describe, expect, test } from "vitest";
import { givenRule, localeOf, offeredAppName, offeredSides } from "./answers.ts";
import { configuredSides, namedHost, namedSide } from "./named-side.ts";

const local = { kind: "local", name: "local" } as const;

describe("a side", () => {
  test.each([
    ["/srv/shop/prod", local, "/srv/shop/prod"],
    ["/srv/shop/prod//./", local, "/srv/shop/prod"],
    ["prod", local, "/work/bot/prod"],
    ["../prod", local, "/work/prod"],
    ["~/shop/prod", local, "~/shop/prod"],
    ["/srv/a:b", local, "/srv/a:b"],
    ["./a:b", local, "/work/bot/a:b"],
    ["local:prod", local, "/work/bot/prod"],
    ["dataia:/srv/prod", { address: "dataia", user: undefined, port: undefined }, "/srv/prod"],
    ["dataia:~/prod", { address: "dataia" }, "~/prod"],
    ["dataia:shop/prod", { address: "dataia" }, "~/shop/prod"],
    ["deploy@dataia:/srv/prod", { address: "dataia", user: "deploy" }, "/srv/prod"],
    ["deploy@dataia:2222:/srv/prod", { address: "dataia", user: "deploy", port: 2222 }, "/srv/prod"],
    [
      "deploy@[2001:db8::7]:2222:/srv/prod",
      { address: "2001:db8::7", user: "deploy", port: 2222 },
      "/srv/prod",
    ],
    ["dataia:/srv/a:b", { address: "dataia" }, "/srv/a:b"],
  ])("written %s", (written, host, root) => {
    expect(namedSide(written, "/work/bot")).toMatchObject({ host, root });
  });

  test.each([
    "",
    "/",
    "~",
    "~other/prod",
    "dataia:",
    "dataia:/",
    "dataia:~",
    "local:",
    "-oProxyCommand=x:/srv",
    "a b@c:/srv",
    "@dataia:/srv",
    "dataia:99999:/srv/prod",
    "dataia:../prod",
    "/srv/a\nb",
    "/srv/\udcff",
  ])("is not written %j", (written) => {
    expect(namedSide(written, "/work/bot")).toBeUndefined();
  });

  test("keeps what was typed as the name of its host, so that trust-host understands it", () => {
    const side = namedSide("deploy@dataia:2222:/srv/prod", "/");
    expect(side?.host.name).toBe("deploy@dataia:2222");
    expect(namedHost(side?.host.name ?? "")).toEqual(side?.host);
  });
});

describe("the hosts of a configuration", () => {
  const sides = (preprod: string, prod: string) => {
    const [left, right] = [namedSide(preprod, "/"), namedSide(prod, "/")];
    if (left === undefined || right === undefined) throw new Error("no side");
    const made = configuredSides(left, right);
    return {
      hosts: made.hosts.map(({ name }) => name),
      preprod: made.preprod.hosts[0]?.name,
      prod: made.prod.hosts[0]?.name,
    };
  };

  test.each([
    ["/a/x", "/b/x", [], "local", "local"],
    ["dataia:/a/x", "dataia:/b/x", ["dataia"], "dataia", "dataia"],
    ["/a/x", "deploy@dataia:/b/x", ["dataia"], "local", "dataia"],
    ["dataia:/a/x", "deploy@dataia:/b/x", ["dataia", "dataia-2"], "dataia", "dataia-2"],
    ["[2001:db8::7]:/a/x", "h:/b/x", ["2001-db8-7", "h"], "2001-db8-7", "h"],
  ])("of %s and %s", (preprod, prod, hosts, left, right) => {
    expect(sides(preprod, prod)).toEqual({ hosts, preprod: left, prod: right });
  });
});

describe("what is offered", () => {
  test.each([
    ["~/mangetamain/10_preprod", "~/mangetamain/20_prod", "mangetamain"],
    ["/srv/shop-preprod", "/srv/shop-prod", "shop"],
    ["/srv/preprod", "/srv/prod", "app"],
    ["/srv/shop/preprod", "/opt/shop-live", "shop"],
    ["/srv/é à/preprod", "/srv/é à/prod", "app"],
  ])("as the name of %s and %s", (preprod, prod, name) => {
    expect(offeredAppName(preprod, prod)).toBe(name);
  });

  test("as sides are the only two directories that look like them", () => {
    expect(offeredSides(["10_preprod", "20_prod", "docker"])).toEqual({
      preprod: "./10_preprod",
      prod: "./20_prod",
    });
    expect(offeredSides(["preprod", "prod", "prod_old"])).toEqual({ preprod: "./preprod", prod: undefined });
    expect(offeredSides(["products"])).toEqual({ preprod: undefined, prod: undefined });
  });

  test.each([
    [{ LANG: "fr_FR.UTF-8" }, "fr"],
    [{ LANG: "fr_FR.UTF-8", LC_ALL: "C" }, "en"],
    [{ LANG: "en_GB.UTF-8", LC_MESSAGES: "fr" }, "fr"],
    [{ LANG: "frankish" }, "en"],
    [{}, "en"],
  ])("as language of %j", (env, locale) => {
    expect(localeOf(env)).toBe(locale);
  });

  test.each([
    ["src/:app/", { from: "src", to: "app", isDirectory: true }],
    ["./:app/", { from: "", to: "app", isDirectory: true }],
    ["a.py:b/a.py", { from: "a.py", to: "b/a.py", isDirectory: false }],
    ["src:app/", undefined],
    ["src/", undefined],
    ["/src/:app/", undefined],
    ["../src/:app/", undefined],
    ["a:b:c", undefined],
  ])("a rule %s", (text, rule) => {
    expect(givenRule(text)).toEqual(rule);
  });
});

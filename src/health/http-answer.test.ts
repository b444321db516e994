import { describe, expect, test } from "vitest";
import type { HttpProbe } from "../config/config.ts";
import { type HttpAnswer, judgeHttp, parseHttpAnswer } from "./http-answer.ts";

const parsed = (stdout: string, stderr = "\nrc=0 ms=84\n") =>
  parseHttpAnswer(Buffer.from(stdout, "latin1"), Buffer.from(stderr, "latin1"), 10);

describe("reading an answer", () => {
  test("takes status, redirect and body apart, and skips what comes before the answer", () => {
    const answer = parsed(
      "curl\nHTTP/1.1 100 Continue\r\n\r\nHTTP/2 302\r\nLOCATION: /é?a=b\r\nx: y\r\n\r\nthe\r\n\r\nbody",
    );
    expect(answer).toMatchObject({ is: "answer", status: 302, whole: true, milliseconds: 84 });
    expect(answer.is === "answer" && answer.body.toString()).toBe("the\r\n\r\nbody");
  });

  test("of wget, the head is on stderr and an error status is no broken line", () => {
    const said =
      "  HTTP/1.1 503 Service Unavailable\n  Location: /x\nhttp://a/:\n2026 ERROR 503\n\nrc=8 ms=3\n";
    expect(parsed("wget\nbody", said)).toMatchObject({
      status: 503,
      location: "/x",
      whole: true,
      milliseconds: 3,
    });
  });

  test("a body that ended before its time is told apart from one that was long enough", () => {
    const stderr = "curl: (28) Operation timed out\n\nrc=28 ms=10000\n";
    expect(parsed("curl\nHTTP/1.1 200 OK\r\n\r\n...", stderr)).toMatchObject({ status: 200, whole: false });
    expect(parsed(`curl\nHTTP/1.1 200 OK\r\n\r\n${"x".repeat(70_000)}`, stderr)).toMatchObject({
      whole: true,
    });
  });

  test("an answer that is not HTTP is none", () => {
    expect(parsed("perl\nSSH-2.0-OpenSSH_9.2\r\n")).toMatchObject({ is: "silence" });
    expect(parsed("none\n", "")).toEqual({ is: "no-tool" });
    expect(parsed("", "")).toMatchObject({ is: "silence", because: "did not answer within 10 s" });
  });

  test.for([
    [
      7,
      "curl: (7) Failed to connect to localhost port 1 after 0 ms: Couldn't connect to server: Connection refused",
      "refused the connection",
    ],
    [1, "ConnectionRefusedError: [Errno 111] Connection refused", "refused the connection"],
    [6, "curl: (6) Could not resolve host: nowhere.invalid", "has a host name that nothing is known of"],
    [1, "gaierror: [Errno -2] Name or service not known", "has a host name that nothing is known of"],
    [
      28,
      "curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received",
      "did not answer within 10 s",
    ],
    [124, "", "did not answer within 10 s"],
    [52, "curl: (52) Empty reply from server", "closed the connection without an answer"],
    [60, "curl: (60) SSL certificate problem: certificate has expired", "has a certificate that has expired"],
    [
      60,
      "curl: (60) SSL certificate problem: self-signed certificate",
      "has a certificate that it signed itself",
    ],
    [
      60,
      "curl: (60) SSL: no alternative certificate subject name matches target host name 'a'",
      "has a certificate for another name",
    ],
    [
      60,
      "curl: (60) SSL certificate problem: unable to get local issuer certificate",
      "has a certificate that this host does not trust",
    ],
    [
      35,
      "curl: (35) OpenSSL/3.0: error:0A00010B:SSL routines::wrong version number",
      "does not speak TLS as it should",
    ],
    [
      1,
      "SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)",
      "has a certificate that has expired",
    ],
    [1, "CERT_HAS_EXPIRED certificate has expired", "has a certificate that has expired"],
  ] as const)("exit code %i with %s means: %s", ([code, said, because]) => {
    expect(parsed("curl\n", `${said}\n\nrc=${code} ms=5\n`)).toEqual({
      is: "silence",
      because,
      milliseconds: 5,
    });
  });
});

const url = "http://localhost:8501/";
const probe: HttpProbe = { url, status: undefined, contains: undefined, timeoutSeconds: 10 };
const answer = (status: number, more: Partial<Extract<HttpAnswer, { is: "answer" }>> = {}): HttpAnswer => ({
  is: "answer",
  status,
  location: undefined,
  body: Buffer.from("Back to the Kitchen"),
  whole: true,
  milliseconds: 84,
  ...more,
});
const judged = (wanted: Partial<HttpProbe>, given: HttpAnswer, redirects = 0) =>
  judgeHttp({ ...probe, ...wanted }, url, redirects, given);

describe("judging an answer", () => {
  test("any status from 200 to 299 is good when none is asked for", () => {
    expect([199, 200, 204, 299, 304, 400].map((status) => judged({}, answer(status)).is)).toEqual([
      "bad",
      "good",
      "good",
      "good",
      "bad",
      "bad",
    ]);
    expect(judged({}, answer(503))).toEqual({ is: "bad", seen: "503 in 84 ms", trouble: "answered 503" });
  });

  test("a status that is asked for is the only good one, a redirect too", () => {
    expect(judged({ status: 302 }, answer(302, { location: "/login" })).is).toBe("good");
    expect(judged({ status: 401 }, answer(200))).toMatchObject({ trouble: "answered 200 instead of 401" });
  });

  test("the text has to be there", () => {
    expect(judged({ contains: "Kitchen" }, answer(200)).is).toBe("good");
    expect(judged({ contains: "Küche" }, answer(200, { body: Buffer.from("in der Küche") })).is).toBe("good");
    expect(judged({ contains: "Bathroom" }, answer(200))).toMatchObject({
      trouble: 'answered 200 without "Bathroom"',
    });
  });

  test("an answer that is not whole is not good", () => {
    expect(judged({}, answer(200, { whole: false }))).toMatchObject({
      trouble: "answered 200 but did not finish within 10 s",
    });
  });

  test("a redirect is followed on the same host, three times", () => {
    const moved = answer(302, { location: "/login?next=%2F" });
    expect(judged({}, moved)).toEqual({ is: "elsewhere", url: "http://localhost:8501/login?next=%2F" });
    expect(judged({}, answer(301, { location: "https://localhost/" }), 2)).toEqual({
      is: "elsewhere",
      url: "https://localhost/",
    });
    expect(judged({}, answer(301, { location: "http://127.0.0.1:8501/" })).is).toBe("elsewhere");
    expect(judged({}, moved, 3)).toMatchObject({ trouble: "redirects more than 3 times" });
  });

  test.for([
    ["http://example.org/a", "redirects to another host: http://example.org/a"],
    ["//evil.example", "redirects to another host: http://evil.example"],
    ["http://localhost@evil.example/", "redirects to another host: http://evil.example"],
    ["file:///etc/passwd", "redirects to file:///etc/passwd, which cannot be asked"],
    ["http://", "redirects to http://, which cannot be asked"],
  ] as const)("a redirect to %s is not followed", ([location, trouble]) => {
    expect(judged({}, answer(302, { location }))).toMatchObject({ is: "bad", trouble });
  });
});

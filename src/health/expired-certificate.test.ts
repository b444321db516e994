// A certificate that the host trusts and whose time is over, asked on a host that has its authority.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startOpenSsh, whyNoOpenSsh } from "../../test/ssh/openssh-server.ts";
import { ownDirectory } from "../../test/ssh/run-on.ts";
import { openSsh } from "../transport/ssh.ts";
import { askHttp } from "./ask-http.ts";
import type { HttpTool } from "./http-script.ts";

/** Signs for `localhost` from the year 2020 until the given one. */
function makeCertificate(directory: string, until: number): void {
  const settings = `[ca]
default_ca=own
[own]
database=index
new_certs_dir=.
serial=serial
default_md=sha256
policy=any
x509_extensions=names
[any]
commonName=supplied
[names]
subjectAltName=DNS:localhost
`;
  for (const [name, content] of Object.entries({ settings, index: "", serial: "01\n" })) {
    writeFileSync(join(directory, name), content);
  }
  const openssl = (command: string): void => {
    execFileSync("openssl", command.split(" "), { cwd: directory, stdio: "ignore" });
  };
  openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority");
  openssl("req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=localhost");
  const dates = `-startdate 200101000000Z -enddate ${until % 100}0101000000Z`;
  openssl(
    `ca -batch -config settings -cert ca.pem -keyfile ca.key -in request.pem -out cert.pem -notext ${dates}`,
  );
}

describe.skipIf(whyNoOpenSsh !== undefined)(`on a host (${whyNoOpenSsh ?? "over OpenSSH"})`, () => {
  test.for([
    [2021, "has a certificate that has expired"],
    [2049, ""],
  ] as const)("a certificate that ends in %i", async ([until, trouble]) => {
    const directory = ownDirectory();
    makeCertificate(directory, until);
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(directory, name)));
    const secure = createServer({ key, cert }, (_, answer) => answer.end("hello"));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      secure.closeAllConnections();
      secure.close();
    });
    const authority = join(directory, "ca.pem");
    const server = await startOpenSsh({
      config: [`SetEnv SSL_CERT_FILE=${authority} NODE_EXTRA_CA_CERTS=${authority}`],
    });
    onTestFinished(() => server.stop());
    const transport = openSsh(server.hostConfig, server.options);
    onTestFinished(() => transport.close());
    const url = `https://localhost:${(secure.address() as AddressInfo).port}/`;
    const probe = { url, status: undefined, contains: undefined, timeoutSeconds: 10 };
    for (const tool of ["curl", "python3", "node"] satisfies HttpTool[]) {
      const page = await askHttp(transport, probe, 60, [tool]);
      if (page.trouble.includes("cannot be asked")) continue;
      expect(page.trouble).toBe(trouble === "" ? "" : `GET ${new URL(url).origin} ${trouble}`);
    }
  });
});

// What the built-in SSH offers to a server.

import type { Algorithms, ServerHostKeyAlgorithm } from "ssh2";

const algorithmsOfType: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

export const hostKeyTypes: readonly string[] = Object.keys(algorithmsOfType);

/** Nothing with SHA-1, and the fastest cipher first. */
export function algorithms(keyTypes: readonly string[] | undefined): Algorithms {
  const wished = Object.entries(algorithmsOfType).filter(([type]) => keyTypes?.includes(type) !== false);
  // What is on file may all be of types that the library does not have: the key that is shown is then unknown.
  const serverHostKey = (wished.length > 0 ? wished : Object.entries(algorithmsOfType)).flatMap(
    ([, names]) => names,
  );
  return {
    kex: [
      "curve25519-sha256",
      "curve25519-sha256@libssh.org",
      "ecdh-sha2-nistp256",
      "ecdh-sha2-nistp384",
      "ecdh-sha2-nistp521",
      "diffie-hellman-group16-sha512",
      "diffie-hellman-group18-sha512",
      "diffie-hellman-group-exchange-sha256",
      "diffie-hellman-group14-sha256",
    ],
    serverHostKey,
    cipher: [
      "aes128-gcm@openssh.com",
      "aes256-gcm@openssh.com",
      "chacha20-poly1305@openssh.com",
      "aes128-ctr",
      "aes192-ctr",
      "aes256-ctr",
    ],
    hmac: [
      "hmac-sha2-256-etm@openssh.com",
      "hmac-sha2-512-etm@openssh.com",
      "hmac-sha2-256",
      "hmac-sha2-512",
    ],
  };
}

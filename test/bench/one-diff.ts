// One comparison in a process of its own; prints the most memory that it took, in KiB.

import { openSsh } from "../../src/transport/ssh.ts";
import { compare } from "./target.ts";
import { mostMemory } from "./whole-rows.ts";

const { hostConfig, options, sides } = JSON.parse(process.argv[2] ?? "");
const transport = openSsh(hostConfig, options);
await compare({ transport }, sides);
await transport.close();
process.stdout.write(String(mostMemory()));
process.exit();

// Every sentence in English; the other languages take their shape from here.

import { approving } from "./en/approving.ts";
import { checks } from "./en/checks.ts";
import { conversation } from "./en/conversation.ts";
import { doctor } from "./en/doctor.ts";
import { drift } from "./en/drift.ts";
import { failures } from "./en/failures.ts";
import { init } from "./en/init.ts";
import { offering } from "./en/offering.ts";
import { plan } from "./en/plan.ts";
import { promotion } from "./en/promotion.ts";
import { restartFailures } from "./en/restart-failures.ts";
import { terminal } from "./en/terminal.ts";
import { englishMeasures } from "./measures.ts";

const someone = {
  atTerminal: (login: string) => `${login} (terminal)`,
  calendar: "the calendar of the configuration",
  nobody: "nobody",
  youKnow: "the approvers of the configuration",
};

export const en = {
  measures: englishMeasures,
  someone,
  plan,
  approving,
  offering,
  checks,
  promotion,
  conversation,
  drift,
  doctor,
  failures,
  restartFailures,
  terminal,
  init,
};

export type Texts = typeof en;

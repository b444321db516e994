// Chaque phrase en français.

import type { Texts } from "./en.ts";
import { approving } from "./fr/approving.ts";
import { checks } from "./fr/checks.ts";
import { conversation } from "./fr/conversation.ts";
import { doctor } from "./fr/doctor.ts";
import { drift } from "./fr/drift.ts";
import { failures } from "./fr/failures.ts";
import { init } from "./fr/init.ts";
import { offering } from "./fr/offering.ts";
import { plan } from "./fr/plan.ts";
import { promotion } from "./fr/promotion.ts";
import { restartFailures } from "./fr/restart-failures.ts";
import { terminal } from "./fr/terminal.ts";
import { frenchMeasures } from "./measures.ts";

const someone = {
  atTerminal: (login: string) => `${login} (terminal)`,
  calendar: "le calendrier de la configuration",
  nobody: "personne",
  youKnow: "les approbateurs de la configuration",
};

export const fr: Texts = {
  measures: frenchMeasures,
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

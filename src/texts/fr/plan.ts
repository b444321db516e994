// Ce que dit le message d'un plan, en français. Les valeurs arrivent déjà sûres là où elles sont montrées ; pas de mise en forme ici.

import type { plan as english } from "../en/plan.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count } = measures;
const files = (n: number) => count(n, "fichier", "fichiers");

export const plan: typeof english = {
  title: (app) => `Promouvoir ${app} : PREPROD → PROD ?`,
  summary: (n) => count(n, "fichier change", "fichiers changent"),
  changed: (n) => count(n, "modifié", "modifiés"),
  added: (n) => count(n, "nouveau", "nouveaux"),
  removed: (n) => count(n, "supprimé", "supprimés"),
  files,
  lines: "lignes",
  requested: (by, plan, when) => `Demandé par ${by} · plan ${plan} · fait ${when}`,
  toWrite: "À écrire",
  hosts: "PROD",
  hostList: (n: number, names: string) => `${count(n, "machine", "machines")} : ${names}`,
  hostsInTurn: (n: number, batch: number) =>
    batch >= n
      ? `Les ${measures.number(n)} machines changent en même temps.`
      : batch === 1
        ? `Les ${measures.number(n)} machines changent l'une après l'autre.`
        : `Les ${measures.number(n)} machines changent par ${measures.number(batch)}.`,
  restarts: "Redémarre",
  restartsNothing: "rien",
  restartsCommand: "par une commande",
  recreates: "recréé",
  groups: "Avec",
  lastPromotion: "Dernière promotion",
  noPromotionYet: "aucune encore",
  more: (n) => `… ${count(n, "autre", "autres")}`,
  moreIn: (n, directories) =>
    `… ${count(n, "autre", "autres")} dans ${count(directories, "dossier", "dossiers")}`,
  moreNames: (n) => `et ${count(n, "autre", "autres")}`,
  removes: (n) => `${count(n, "fichier supprimé", "fichiers supprimés")} de PROD :`,
  driftWas: { changed: "modifié", added: "ajouté", removed: "supprimé" },
  unexplained: (n) => `Aucune règle ne parle de ${count(n, "chemin", "chemins")}, donc rien n'y change :`,
  onlyInProd: (n) =>
    n < 2
      ? `${count(n, "chemin", "chemins")} seulement dans PROD reste tel quel :`
      : `${count(n, "chemin", "chemins")} seulement dans PROD restent tels quels :`,
  blocked: "Bloqué :",
  blockedNext: "Ce plan ne peut pas être approuvé. Corrigez PREPROD, puis faites un nouveau plan.",
  approve: "Approuver et promouvoir",
  approveLabel: (plan) => `Approuver le plan ${plan} et le promouvoir vers PROD`,
  approveTitle: (n) => `Promouvoir ${files(n)} vers PROD ?`,
  approveText: (restarts) =>
    `Une sauvegarde vérifiée est faite d'abord. Redémarre : ${restarts}. Si PROD ne répond pas bien ensuite, il revient tout seul en arrière.`,
  approveYes: "Promouvoir",
  approveNo: "Pas encore",
  reject: "Rejeter",
  fullDiff: "Diff complet",
  newPlan: "Faire un nouveau plan",
  needs: (n, from) => `Il faut ${count(n, "approbation", "approbations")} de ${from}.`,
  notByRequester: "La personne qui demande ne peut pas approuver seule.",
  expires: (when) => `Expire ${when} ; un changement d'un côté ou de l'autre le périme.`,
  counted: (have, need, by) => `${have} approbation${have < 2 ? "" : "s"} sur ${need} : ${by}.`,
  waiting: (app, n, by) =>
    `${app} : ${count(n, "fichier attend", "fichiers attendent")} une approbation pour aller en PROD, à la demande de ${by}.`,
  blockedSentence: (app, n) =>
    `${app} : ${count(n, "fichier diffère", "fichiers diffèrent")}, mais une vérification bloque la promotion.`,
  inSync: (app) => `${app} : PROD a déjà tout ce que PREPROD contient. Rien à promouvoir.`,
  rejected: (by) => `Rejeté par ${by}`,
  untouched: (plan, n, by) => `Plan ${plan} · ${files(n)} · demandé par ${by} · rien n'a changé dans PROD`,
  stale: "Ce plan est périmé — rien n'a changé.",
  staleWhy: "A changé après la création du plan :",
  staleBy: (by) => `${by} a voulu le promouvoir.`,
  expired: (when) => `Ce plan a expiré ${when} — rien n'a changé.`,
  replaced: "Un plan plus récent a remplacé celui-ci — rien n'a changé.",
  fileTitle: (plan) => `Plan ${plan} : diff complet`,
  fileCut: "La suite est trop longue pour Slack ; `passerelle diff --patch` la montre.",
};

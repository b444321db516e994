// Ce que la ligne de commande écrit autour des faits, en français. Texte simple.

import type { terminal as english } from "../en/terminal.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count } = measures;

export const terminal: typeof english = {
  comparing: (app) => `Comparaison de PREPROD et PROD pour ${app} …`,
  planHeading: (app, id) => `Plan ${id} pour ${app}`,
  digest: (digest) => `Empreinte ${digest}`,
  expires: (when) => `Valable jusqu'au ${when}`,
  kinds: { add: "ajouté", change: "modifié", remove: "supprimé", mode: "mode", type: "type" },
  checksHeading: "Vérifications",
  levels: { ok: "ok", warn: "attention", block: "bloque" },
  howToPromote: (app, id) => `Pour le promouvoir : passerelle promote ${app} --plan ${id}`,
  approveInSlack: "Ou approuvez-le dans Slack.",
  confirm: (n) => `Promouvoir ${count(n, "fichier", "fichiers")} vers PROD ? Tapez PROD pour continuer : `,
  confirmRollback: (id) => `Ramener PROD à ${id} ? Tapez PROD pour continuer : `,
  notConfirmed: "Pas confirmé. Rien n'a changé.",
  needsPlan:
    "Sans terminal où demander, `promote` a besoin de --plan avec l'identifiant ou l'empreinte donnés par `diff`.",
  needsYes: "Sans terminal où demander, `rollback` a besoin de --yes.",
  needsReason: "Il faut --reason : dites pourquoi, pour ceux qui regarderont plus tard.",
  breakingGlass:
    "Sans approbation dans Slack : enregistré comme promotion depuis un terminal, et annoncé dans le canal.",
  stepStarted: (step) => `${step} …`,
  stepDone: (step, facts) => (facts === "" ? step : `${step} — ${facts}`),
  stepFailed: (step, why) => (why === "" ? step : `${step} — ${why}`),
  ended: (seconds) => `Fini après ${measures.duration(seconds)}.`,
  nextCommands: "Commandes suivantes, dans cet ordre :",
  restorePoints: (app) => `Points de restauration de ${app}`,
  noRestorePoints: (app) => `${app} n'a pas encore de point de restauration.`,
  lackedBy: (hosts) => `inaccessible : ${hosts} ne l'a pas`,
  verified: (id) => `${id} : liste, taille et somme de contrôle sont justes`,
  notVerified: (id, problem) => `${id} : ${problem}`,
  archiveProblems: {
    good: "",
    none: "il n'y a pas d'archive, et son jeu d'annulation est abîmé.",
    missing: (name) => `${name} n'est plus là.`,
    size: (name) => `${name} n'a pas la taille qu'elle avait à sa création.`,
    checksum: (name) => `${name} n'a pas la somme de contrôle qu'elle avait à sa création.`,
    unreadable: (name) => `${name} ne se lit pas jusqu'au bout.`,
    listing: (name) => `${name} contient d'autres noms ou d'autres tailles qu'à sa création.`,
  },
  undoLeft: {
    intact: "Son jeu d'annulation est intact : y revenir reste possible.",
    damaged: "Son jeu d'annulation est abîmé lui aussi : y revenir n'est pas possible.",
    none: "Il n'en reste rien d'autre : y revenir n'est pas possible.",
  },
  allVerified: (n) => count(n, "point de restauration est bon.", "points de restauration sont bons."),
  someBad: (n) =>
    count(n, "point de restauration n'est pas bon.", "points de restauration ne sont pas bons."),
  configGood: (file, apps) => `${file} est juste : ${count(apps, "application", "applications")}.`,
  mistakes: (n) => count(n, "erreur", "erreurs"),
  allWell: "Tout est en place.",
  findings: (n) => count(n, "point demande quelqu'un.", "points demandent quelqu'un."),
  remedy: (words) => `Remède : ${words}`,
  listening: (where) => `À l'écoute de Slack (${where}). Arrêt avec Ctrl+C.`,
  stopping: "Arrêt. Ce qui tourne sur les machines continue ; le prochain démarrage le reprend.",
  stopped: "Arrêté.",
  slackDown: "Slack n'est pas encore joignable ; nouvel essai automatique.",
  fingerprint: (host, fingerprint) => `${host} présente la clé ${fingerprint}`,
  trust: "Comparez-la avec ce que dit l'administrateur de la machine. Tapez yes pour l'accepter : ",
  trusted: (host) => `La clé de ${host} est enregistrée.`,
  notTrusted: "Pas enregistrée.",
  unknownCommand: (word) => `« ${word} » n'est pas une commande.`,
  usage: "Usage : passerelle <commande> [app] [options]",
};

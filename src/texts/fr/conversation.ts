// Ce que le bot répond aux commandes et aux clics, en français. Les valeurs arrivent déjà sûres là où elles sont montrées.

import type { conversation as english } from "../en/conversation.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count } = measures;

export const conversation: typeof english = {
  comparing: (app) => `Comparaison de PREPROD et PROD pour ${app}…`,
  fileComing: "Le fichier arrive dans le fil.",
  fileAlready: "Il est déjà dans le fil.",
  countedForYou: (have, need) => `Votre approbation compte : ${have} sur ${need}.`,
  stopAsked: "Arrêt en cours. PROD revient à ce qu'il était.",
  nothingToStop: "Il n'y a rien à arrêter : c'est déjà fini.",
  rollbackStarted: (id) => `Retour vers ${id}. La suite est dans le canal.`,
  rollbackStopping:
    "Une promotion était en cours : elle s'arrête et revient en arrière, ce qui est le retour demandé.",
  slackDeclined: (code) =>
    `Slack a décliné : ${code}. Réessayez ; si cela persiste, le journal du bot en dit plus.`,
  inviteBot: (bot) => `Slack ne laisse pas le bot écrire ici. Invitez ${bot} dans ce canal, puis réessayez.`,
  mayNotPost: (code) =>
    `Slack ne laisse pas le bot publier dans ce canal (${code}). Qui gère le canal ou l'espace de travail peut l'autoriser.`,
  unexpected: (id) =>
    `Une erreur s'est produite dans le bot. Elle n'a rien décidé. Signalez-la avec l'identifiant ${id} ; les détails sont dans le journal du bot sous ce nom.`,

  refusals: {
    unknownPlan: "Ce plan n'est plus connu. Faites-en un nouveau.",
    notAnApprover: (who) => `Vous ne pouvez pas en décider. Peuvent le faire : ${who}.`,
    ownRequest: "Vous avez demandé cette promotion : quelqu'un d'autre doit l'approuver.",
    alreadyCounted: "Votre approbation est déjà comptée. Il faut maintenant celle de quelqu'un d'autre.",
    alreadyDecided: (verdict) => `Trop tard : ${verdict}.`,
    decided: {
      open: "il est encore ouvert",
      approved: "plan approuvé",
      rejected: "plan rejeté",
      expired: "le plan a expiré",
      stale: "le plan est périmé",
      replaced: "un plan plus récent l'a remplacé",
    },
    by: (who) => `par ${who}`,
    expired: (when) => `Ce plan a expiré ${when}. Rien n'a changé. Faites-en un nouveau.`,
    blocked: (checks) =>
      `Une vérification bloque ce plan : ${checks}. Corrigez PREPROD, puis faites un nouveau plan.`,
    drift: (paths) =>
      `Quelqu'un a modifié PROD à la main, et ce plan l'écraserait : ${paths}. Ramenez-le dans PREPROD, ou dites que cela peut être écrasé : \`Approuver et écraser\` dans Slack, \`--overwrite-drift\` dans un terminal.`,
    wrongChannel: "Ce plan ne se décide que dans le canal où il a été publié.",
    nothingToDo: "Il n'y a rien à promouvoir : PROD a déjà tout.",
    locked: (app, by, reason) => `${app} est verrouillé par ${by} : ${reason}.`,
    lockedUntil: (when) => `Jusqu'à ${when}.`,
    running: "Une promotion est déjà en cours. Une à la fois.",
    membershipUnknown:
      "Slack n'a pas dit qui peut approuver, donc rien n'est décidé. Réessayez dans un instant.",
    noRestorePoint:
      "Il n'y a pas de point de restauration sain où revenir. `passerelle restore-points` montre ce qui existe.",
    show: "Voir la promotion",
    otherChannel: (app, channel) => `${app} ne se promeut que dans ${channel}.`,
    whichApp: (apps) => `Quelle application ? Donnez son nom : ${apps}.`,
    unknownApp: (name, apps) => `Aucune application ne s'appelle ${name}. Connues : ${apps}.`,
    noAppHere: "Aucune application ne se promeut dans ce canal.",
  },

  lock: {
    locked: (app, by, reason) => `${app} est verrouillé par ${by} : ${reason}`,
    until: (when) => `Personne ne promeut jusqu'à ${when}. Le retour en arrière reste possible.`,
    untilUnlocked: "Personne ne promeut jusqu'au déverrouillage. Le retour en arrière reste possible.",
    unlocked: (app, by) => `${app} a été déverrouillé par ${by}`,
    wasNotLocked: (app) => `${app} n'était pas verrouillé.`,
    needsReason: "Dites pourquoi, pour que les autres le sachent : `/promote lock 2h migration de la base`.",
    unlock: "Déverrouiller",
    unlockTitle: "Déverrouiller ?",
    unlockText: "Les promotions redeviennent possibles tout de suite.",
    keep: "Garder le verrou",
    open: "Verrouiller…",
    title: "Verrouiller",
    submit: "Verrouiller",
    about: (app) => `Personne ne promeut ${app} pendant ce temps. Revenir en arrière reste possible.`,
    howLong: "Pour combien de temps ?",
    untilSomebody: "jusqu'à ce que quelqu'un déverrouille",
  },

  reject: {
    title: "Rejeter ce plan",
    submit: "Rejeter",
    cancel: "Annuler",
    why: "Pourquoi ?",
    hint: "Facultatif ; montré dans le canal",
  },

  rollback: {
    title: "Retour en arrière",
    submit: "Revenir en arrière",
    cancel: "Annuler",
    close: "Fermer",
    loading: "Recherche des points de restauration…",
    warning: (app, restarts) => `PROD de ${app} est en service. Redémarre : ${restarts}.`,
    point: "Point de restauration",
    choose: "Choisissez-en un",
    optionText: (when, id) => `${when} · avant ${id}`,
    optionFacts: (files, bytes, health) =>
      `${count(files, "fichier", "fichiers")} · ${measures.bytes(bytes)} · ${health}`,
    why: "Pourquoi ?",
    hint: "Publié dans le canal",
    confirm: "Tapez PROD pour confirmer",
    wrongWord: "Tapez PROD, en majuscules.",
    chooseOne: "Choisissez un point de restauration.",
    none: (app) => `Il n'y a pas encore de point de restauration pour ${app}.`,
    offer: "Choisissez le point de restauration où revenir :",
  },

  status: {
    healthWords: { healthy: "en bonne santé", unhealthy: "en mauvaise santé", unknown: "santé inconnue" },
    running: (id, step) => `${id} en cours : ${step}`,
    nothingRunning: "rien en cours",
    waiting: (n) => count(n, "plan en attente", "plans en attente"),
    nothingWaiting: "aucun plan en attente",
    locked: (by, reason) => `verrouillé par ${by} : ${reason}`,
    lockedUntil: (when) => `jusqu'à ${when}`,
    notLocked: "pas de verrou",
    last: "Dernière :",
    never: "jamais promu",
    link: { up: "lien Slack établi", down: "lien Slack coupé" },
    seeDiff: "Voir le diff",
    share: "Publier dans le canal",
    sentence: (app, state) => `${app} : ${state}.`,
  },

  history: {
    title: (app) => `Dernières promotions de ${app}`,
    empty: (app) => `${app} n'a pas encore été promu.`,
    outcomes: {
      running: "en cours",
      done: "faite",
      "rolled-back": "annulée, PROD rétabli",
      refused: "refusée",
      parked: "attend quelqu'un",
    },
    rollback: "retour en arrière",
    thread: "fil",
    older: "Plus anciennes",
  },

  help: {
    title: "/promote",
    lines: [
      ["/promote diff [app] [--with groupe]", "ce qui changerait, avec Approuver et Rejeter"],
      ["/promote status [app]", "ce qui tourne maintenant"],
      ["/promote rollback [app]", "revenir à un point de restauration"],
      ["/promote history [app]", "les dernières promotions"],
      ["/promote logs [app]", "le journal de la dernière promotion, en fichier"],
      ["/promote lock [app] 2h raison", "personne ne promeut pendant un moment"],
      ["/promote unlock [app]", "les promotions redeviennent possibles"],
      ["/promote doctor [app]", "si tout ce qu'il faut au bot est là"],
    ],
    thread: (bot) =>
      `Les commandes / ne marchent pas dans un fil : mentionnez-y ${bot}, par exemple « ${bot} status ».`,
    unknown: (words) => `Je ne connais pas « ${words} ».`,
    suggestion: (command) => `Vouliez-vous dire ${command} ?`,
    unexpectedWord: (word) => `Je ne comprends pas « ${word} » à cet endroit.`,
    durationWanted: (word) => `« ${word} » n'est pas une durée. Écrivez 30m, 2h ou 1d.`,
    groupWanted: "Dites quel groupe après --with.",
  },

  overview: {
    title: "Promotions",
    refresh: "Actualiser",
    where: (channel) => `Se promeut dans ${channel}`,
    waits: "En attente",
    lock: "Verrou",
    review: "Voir les changements",
    open: "Ouvrir",
    forYou: "En attente de votre décision",
    planned: (channel) => `Le plan est dans ${channel}.`,
    onlyLook: "Vous n'êtes pas dans son canal : vous pouvez seulement regarder.",
    youMay: (deeds) => `Vous pouvez ${deeds}.`,
    mayApprove: "approuver",
    mayAlways: ["demander un plan", "revenir en arrière", "verrouiller"],
    updated: (when) => `Mis à jour ${when}`,
  },

  logs: { none: (app) => `${app} n'a pas de promotion dont montrer le journal.` },
  doctor: {
    terminalOnly: "Lancez `passerelle doctor` sur la machine du bot.",
    looking: "Examen de tout ce dont le bot a besoin …",
    title: "passerelle doctor",
  },
};

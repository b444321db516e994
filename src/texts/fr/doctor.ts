// Ce que `passerelle doctor` a trouvé et ce qu'il faut faire, en français. Texte simple.

import { type Details, detail, listOf, numberOf } from "../details.ts";
import type { doctor as english } from "../en/doctor.ts";
import { frenchMeasures as measures } from "../measures.ts";
import { hostsAndTargets } from "./doctor-hosts.ts";

const { count } = measures;
const path = (d: Details) => detail(d, "path");
const n = (d: Details, name: string) => numberOf(d, name) ?? 0;

export const apart = (d: Details): string => {
  const seconds = n(d, "aheadSeconds");
  return `${measures.duration(Math.abs(seconds))} ${seconds < 0 ? "de retard" : "d'avance"}`;
};

const configuration = {
  "config-read": (d: Details) =>
    `${path(d)} est sans erreur : ${count(n(d, "apps"), "application", "applications")} (sha256 ${detail(d, "sha256")}).`,
  "config-mistake": (d: Details) => `${path(d)}:${detail(d, "mistake")}.`,
  "environment-mistake": (d: Details) => `Environnement : ${detail(d, "mistake")}.`,
  "env-file-private": (d: Details) => `Seul son propriétaire peut lire ${path(d)}.`,
  "env-file-open": (d: Details) => `D'autres peuvent lire ${path(d)} (mode ${detail(d, "mode")}).`,
  "env-file-none": () => "Il n'y a pas de .env ; ce qui est défini vient de l'environnement.",
  "data-dir-private": (d: Details) => `Le répertoire de données ${path(d)} est réservé au bot.`,
  "data-dir-open": (d: Details) =>
    `D'autres peuvent entrer dans le répertoire de données ${path(d)} (mode ${detail(d, "mode")}).`,
  "data-dir-new": (d: Details) => `Le répertoire de données ${path(d)} sera créé au premier démarrage.`,
  "data-dir-unusable": (d: Details) =>
    `${detail(d, "user")} ne peut pas écrire dans le répertoire de données ${path(d)}.`,
  "node-version": (d: Details) => `Node ${detail(d, "version")}.`,
  "node-old": (d: Details) =>
    `Node ${detail(d, "version")} est trop ancien : il faut ${detail(d, "needed")} ou plus récent.`,
};

const slack = {
  "token-absent": (d: Details) => `${detail(d, "variable")} n'est pas défini.`,
  "bot-token": (d: Details) => `SLACK_BOT_TOKEN est @${detail(d, "bot")} de ${detail(d, "team")}.`,
  "scopes-complete": () => "Le jeton du bot a toutes les portées de manifest.yml.",
  "scopes-missing": (d: Details) =>
    `Il manque ${count(listOf(d, "scopes").length, "portée", "portées")} au jeton du bot : ${detail(d, "scopes")}.`,
  "scopes-unknown": () => "Slack n'a pas dit quelles portées a le jeton du bot.",
  "app-token": () => "SLACK_APP_TOKEN ouvre des connexions (connections:write).",
  "app-token-scope": (d: Details) => `Il manque à SLACK_APP_TOKEN la portée ${detail(d, "needed")}.`,
  "signing-secret": () => "SLACK_SIGNING_SECRET a la forme attendue.",
  "signing-secret-form": () =>
    "SLACK_SIGNING_SECRET n'y ressemble pas : ceux de Slack ont 32 caractères parmi 0-9 et a-f.",
  "no-way-in": () =>
    "Rien ne dit comment Slack atteint le bot : SLACK_APP_TOKEN (Socket Mode) ou SLACK_SIGNING_SECRET et PORT (HTTP).",
  "slack-clock": (d: Details) =>
    `L'horloge d'ici s'accorde avec celle de Slack à ${measures.duration(n(d, "apartSeconds"))} près.`,
  "slack-clock-apart": (d: Details) => `L'horloge d'ici a ${apart(d)} sur celle de Slack.`,
  "channel-member": (d: Details) =>
    `Le bot est dans ${detail(d, "channel")}, le canal de ${detail(d, "app")}.`,
  "channel-not-member": (d: Details) =>
    `Le bot n'est pas dans ${detail(d, "channel")}, le canal de ${detail(d, "app")}.`,
  "channel-archived": (d: Details) =>
    `${detail(d, "channel")}, le canal de ${detail(d, "app")}, est archivé.`,
  "channel-unknown": (d: Details) =>
    `Slack ne connaît pas de canal ${detail(d, "channel")} que le bot puisse voir (pour ${detail(d, "app")}).`,
  "approvers-enough": (d: Details) =>
    `${count(n(d, "people"), "personne peut", "personnes peuvent")} approuver ${detail(d, "app")} ; il en faut ${n(d, "required")}.`,
  "approvers-too-few": (d: Details) =>
    `Personne ne peut promouvoir ${detail(d, "app")} : il faut ${count(n(d, "required"), "approbation", "approbations")}, et ${count(n(d, "people"), "personne peut", "personnes peuvent")} en donner.`,
  "approvers-alone": (d: Details) =>
    `Ce que demande un des approbateurs de ${detail(d, "app")} ne peut pas être approuvé : sans cette personne il en reste ${n(d, "people") - 1}, et il en faut ${n(d, "required")}.`,
  "approver-out": (d: Details) => {
    const standing = detail(d, "standing");
    const why =
      standing === "deactivated"
        ? "est désactivé"
        : standing === "guest"
          ? "est un invité"
          : standing === "bot"
            ? "est un bot"
            : "est inconnu de Slack";
    return `L'approbateur ${detail(d, "id")} de ${detail(d, "app")} ${why} et ne peut pas approuver.`;
  },
  "approver-group-unknown": (d: Details) =>
    `Le groupe d'approbateurs ${detail(d, "id")} de ${detail(d, "app")} est inconnu de Slack.`,
  "approver-group-empty": (d: Details) =>
    `Le groupe d'approbateurs ${detail(d, "id")} de ${detail(d, "app")} est vide.`,
};

const database = {
  "database-sound": (d: Details) =>
    `${detail(d, "where")} est intacte (${detail(d, "engine")} ${detail(d, "version")}).`,
  "database-new": (d: Details) => `La base ${detail(d, "where")} sera créée au premier démarrage.`,
  "database-unwritable": (d: Details) =>
    `${detail(d, "user")} ne peut pas écrire dans ${detail(d, "where")}.`,
  "database-clock-apart": (d: Details) =>
    `L'horloge d'ici a ${apart(d)} sur celle du serveur de base de données.`,
  "disk-room": (d: Details) => `${measures.bytes(n(d, "free"))} sont libres pour le répertoire de données.`,
  "disk-room-short": (d: Details) =>
    `Il ne reste que ${measures.bytes(n(d, "free"))} pour le répertoire de données.`,
  "data-dir-free": () => "Aucun bot ne tourne en ce moment avec ce répertoire de données.",
  "data-dir-held": (d: Details) =>
    `Un bot tourne avec ce répertoire de données (processus ${detail(d, "pid", "inconnu")}).`,
};

const remedies = {
  "config-mistake": () => "corrigez-la à cet endroit ; `passerelle check-config` donne la même liste",
  "environment-mistake": () => "corrigez-la dans .env (voir .env.example) ou dans l'environnement",
  "scopes-unknown": () => "comparez OAuth & Permissions > Scopes avec manifest.yml",
  "env-file-open": (d: Details) => `chmod 600 ${path(d)}`,
  "data-dir-open": (d: Details) => `chmod 700 ${path(d)}`,
  "data-dir-unusable": (d: Details) =>
    `donnez-le à l'utilisateur du bot, par exemple : sudo chown -R ${detail(d, "user")} ${path(d)}`,
  "node-old": () => "installez Node 24, ou lancez-le avec : npx node@24",
  "token-absent": (d: Details): string =>
    detail(d, "variable") === "SLACK_BOT_TOKEN"
      ? "copiez dans .env le Bot User OAuth Token de OAuth & Permissions"
      : "créez sous Basic Information > App-Level Tokens un jeton avec connections:write, et mettez-le dans .env",
  "scopes-missing": () =>
    "ajoutez-les sous OAuth & Permissions > Scopes (manifest.yml les a toutes), puis Install App > Reinstall",
  "app-token-scope": () =>
    "créez-en un autre sous Basic Information > App-Level Tokens avec la portée connections:write, et mettez-le dans .env",
  "signing-secret-form": () =>
    "copiez-le dans .env depuis Basic Information > App Credentials > Signing Secret",
  "no-way-in": () => "définissez SLACK_APP_TOKEN dans .env (voir .env.example)",
  "slack-clock-apart": () => "réglez l'horloge de cette machine, par exemple : sudo timedatectl set-ntp true",
  "channel-not-member": (d: Details) => `tapez dans ce canal : /invite @${detail(d, "bot")}`,
  "channel-archived": () => "désarchivez-le, ou nommez-en un autre sous `channel:` dans la configuration",
  "channel-unknown": (d: Details) =>
    `un canal privé reste invisible tant que vous n'y tapez pas : /invite @${detail(d, "bot")} ; sinon corrigez \`channel:\` (son identifiant est au bas de « À propos »)`,
  "approvers-too-few": () =>
    "nommez d'autres personnes sous `approval.approvers`, ou baissez `approval.required`",
  "approvers-alone": () =>
    "que quelqu'un d'autre demande, ou nommez d'autres personnes sous `approval.approvers`",
  "approver-out": () => "retirez cette entrée de `approval.approvers`, ou nommez quelqu'un d'autre",
  "approver-group-unknown": () =>
    "corrigez son identifiant sous `approval.approvers`, ou activez le groupe dans Slack",
  "approver-group-empty": () => "ajoutez-y des personnes dans Slack",
  "database-unwritable": (d: Details) =>
    `donnez-la à l'utilisateur du bot, par exemple : sudo chown ${detail(d, "user")} ${detail(d, "where")}`,
  "database-clock-apart": () => "réglez les deux horloges, par exemple : sudo timedatectl set-ntp true",
  "disk-room-short": () => "libérez de la place sur ce volume",
};

export const doctor: typeof english = {
  title: "passerelle doctor",
  levels: { ok: "ok", warning: "attention", wrong: "faux" },
  rooms: {
    configuration: () => "Configuration",
    slack: () => "Slack",
    host: (name) => `Machine ${name}`,
    target: (name) => `Application ${name}`,
    database: () => "Base et répertoire de données",
  },
  prodOn: (app, host) => `Application ${app}, PROD sur ${host}`,
  looking: (done, all) => `Examen : ${done} sur ${all} …`,
  summary: (warnings, wrong) =>
    wrong + warnings === 0
      ? "Tout est en place."
      : `${wrong} faux, ${count(warnings, "avertissement", "avertissements")}.`,
  terminalSays: "`passerelle doctor` dans un terminal montre tout ce qui a été examiné.",
  findings: { ...configuration, ...slack, ...database, ...hostsAndTargets.findings },
  remedies: { ...remedies, ...hostsAndTargets.remedies },
};

// Pourquoi quelque chose a échoué, en français : la chose, la cause, et quoi faire ensuite.

import { because, type Details, detail, listOf, numberOf, type Sentence, said } from "../details.ts";
import type { TextCode } from "../en/failures.ts";
import { frenchMeasures as measures } from "../measures.ts";
import { restartFailures } from "./restart-failures.ts";

const host = (details: Details) => detail(details, ["host", "name", "address"], "la machine");
const path = (details: Details) =>
  detail(details, ["path", "paths", "root", "directory", "dataDir", "file"], "ce chemin");
const command = (details: Details) => detail(details, ["command", "what", "step"], "une commande");
const limit = (details: Details) => {
  const seconds = numberOf(details, ["limitSeconds", "timeoutSeconds", "limit", "seconds"]);
  return seconds === undefined ? "le délai prévu" : measures.duration(seconds);
};
const holding = (details: Details) => {
  const pid = numberOf(details, "pid");
  return pid === undefined ? "" : ` (processus ${pid})`;
};
const known = (details: Details) => {
  const names = listOf(details, ["known", "apps"]);
  return names.length === 0 ? "" : ` Connus : ${names.join(", ")}.`;
};
const where = (details: Details) => {
  const name = detail(details, ["host", "side"]);
  return name === "" ? "" : ` sur ${name}`;
};

const databaseRemedies: Readonly<Record<string, string>> = {
  busy: "Un autre processus la tient : attendez-le, ou arrêtez-le.",
  corrupt:
    "Mettez le fichier de côté, ou remettez-en une copie ; promotions et points de restauration sont aussi notés sur chaque cible.",
  failing: "Cherchez des erreurs du disque dans le journal de la machine.",
  full: "Faites de la place sur le volume ; rien n'est perdu, le bot reprend tout seul.",
  newer:
    "Lancez la version plus récente de Passerelle qui l'a écrite, ou prenez un autre répertoire de données.",
  older: "Relancez d'abord le bot avec cette version ; il met la base à jour.",
  unreachable: "Vérifiez que le serveur tourne et répond ; le bot reprend tout seul.",
  unwritable: "Donnez à l'utilisateur du bot le droit de lire et d'écrire tout le répertoire de données.",
  refused: "Vérifiez l'utilisateur, le mot de passe et le nom de la base dans DATABASE_URL, et les droits.",
};

export const failures: Readonly<Record<TextCode, Sentence>> = {
  "config-invalid": (d) => {
    const mistakes = listOf(d, ["mistakes", "problems", "errors"]);
    const first = mistakes.length === 0 ? said(d) : ` : ${mistakes.slice(0, 3).join(" ; ")}`;
    return `La configuration ${detail(d, "file", "passerelle.yml")} contient des erreurs${first}. \`passerelle check-config\` les montre toutes, avec leur ligne.`;
  },
  "config-missing": (d) =>
    `Il n'y a pas de configuration à ${detail(d, ["file", "path"], "passerelle.yml")}. Lancez \`passerelle init\`, ou indiquez son emplacement dans PASSERELLE_CONFIG.`,
  "file-exists": (d) =>
    `${path(d)} existe déjà, et rien n'a été écrit. --force le remplace ; PASSERELLE_CONFIG désigne un autre fichier.`,
  "file-not-written": (d) =>
    `${path(d)} n'a pas pu être écrit${said(d)}. Vérifiez les droits et la place dans son répertoire, puis réessayez.`,
  "environment-invalid": (d) =>
    `L'environnement n'est pas utilisable : ${detail(d, ["mistakes", "variable", "name"], "une variable")}${said(d)}. Corrigez-le dans .env (voir .env.example) puis relancez.`,
  "app-unknown": (d) =>
    d["app"] === ""
      ? `Dites quelle application.${known(d)}`
      : `Aucune application ne s'appelle ${detail(d, ["app", "name"], "ainsi")} dans la configuration.${known(d)} Vérifiez le nom.`,
  "group-unknown": (d) =>
    `Aucun groupe ne s'appelle ${detail(d, ["group", "groups", "name"], "ainsi")} dans les règles de chemins.${known(d)} Vérifiez le nom après --with.`,
  "host-unknown": (d) =>
    `Aucun hôte ne s'appelle ${detail(d, ["host", "name"], "ainsi")} sous \`hosts:\` dans la configuration.${known(d)} Vérifiez le nom.`,
  "plan-unknown": (d) =>
    `Le plan ${detail(d, ["plan", "planId", "id"], "demandé")} est inconnu. Faites-en un nouveau avec \`diff\`.`,
  "promotion-unknown": (d) =>
    `La promotion ${detail(d, ["promotion", "promotionId", "id"], "demandée")} est inconnue. \`history\` les énumère.`,
  "restore-point-unknown": (d) =>
    `Le point de restauration ${detail(d, ["restorePoint", "to", "id"], "demandé")} n'existe pas${where(d)}. \`passerelle restore-points\` énumère ceux qui existent.`,
  "host-unreachable": (d) =>
    `${host(d)} est injoignable${said(d)}. Vérifiez que la machine est allumée et que \`ssh ${host(d)}\` fonctionne depuis la machine du bot.`,
  "host-key-unknown": (d) =>
    `La clé de ${host(d)} n'est pas connue ici${fingerprint(d)}. Lancez \`${detail(d, "remedy", `passerelle trust-host ${host(d)}`)}\` et comparez l'empreinte.`,
  "host-key-changed": (d) =>
    `${host(d)} a présenté une autre clé que celle enregistrée${bothFingerprints(d)}. Rien n'a été envoyé. Cherchez pourquoi elle a changé ; ensuite seulement, retirez l'ancienne ligne de known_hosts et lancez \`passerelle trust-host ${host(d)}\`.`,
  "host-key-revoked": (d) =>
    `La clé de ${host(d)} est révoquée dans known_hosts. Rien n'a été envoyé. Demandez la nouvelle clé à l'administrateur de la machine.`,
  "host-auth-failed": (d) =>
    `${host(d)} a refusé la connexion${user(d)}${said(d)}. Vérifiez l'utilisateur, la clé et l'agent SSH ; \`passerelle doctor\` les essaie un par un.`,
  "host-no-shell": (d) =>
    `${host(d)} accepte la connexion mais ne donne pas de shell utilisable${said(d)}. L'utilisateur de déploiement a besoin d'un shell POSIX qui n'écrit rien à l'ouverture.`,
  "host-algorithms": (d) =>
    `${host(d)} et le bot n'ont aucun algorithme en commun${said(d)}. ${d["transport"] === "openssh" ? "Mettez à jour son serveur SSH : ce qu'il propose est trop faible." : "Mettez `transport: openssh` pour cette machine, ou mettez à jour son serveur SSH."}`,
  "host-lost": (d) =>
    `La connexion à ${host(d)} est perdue${said(d)}. Ce qui y a été lancé continue ; le bot se reconnecte tout seul.`,
  "no-direct-transfer": (d) =>
    `Ni ${detail(d, ["from"], "la machine de PREPROD")} ni ${host(d)} ne laisse l'autre se connecter sans question, et \`prod.transfer\` vaut \`direct\`. Donnez accès à l'un des deux par une clé, avec la clé d'hôte de l'autre dans son known_hosts, ou mettez \`auto\`.`,
  "command-failed": (d) => {
    const code = numberOf(d, ["exitCode", "code", "rc"]);
    return `${command(d)} a échoué${where(d)}${code === undefined ? "" : ` avec le code ${code}`}${said(d)}. Le journal contient toute sa sortie.`;
  },
  "command-timeout": (d) =>
    `${command(d)} n'a pas fini en ${limit(d)}${where(d)}. Regardez le journal ; augmentez le délai s'il lui faut plus de temps.`,
  "tool-missing": (d) =>
    `${detail(d, ["tool", "tools", "name"], "Un outil")} manque${where(d)}.${busybox(d)} Installez-le${installing(d)} ; \`passerelle doctor\` énumère tout ce qu'il faut.`,
  "job-died": (d) =>
    `${detail(d, ["job", "step", "id"], "Une tâche")} s'est arrêtée sans résultat${where(d)} : tuée, ou machine redémarrée. Rien n'est supposé ; l'essai suivant regarde ce qui est en place.`,
  "job-fenced": (d) =>
    `Un autre bot a pris la relève${where(d)} : celui-ci n'a rien écrit. Regardez la promotion la plus récente avec \`status\`.`,
  "target-held": (d) =>
    `Quelqu'un d'autre écrit dans PROD${where(d)} en ce moment${said(d)}. Attendez la fin, puis réessayez.`,
  "state-dir-unusable": (d) =>
    `Le répertoire d'état ${path(d)}${where(d)} n'est pas utilisable${said(d)}. Il doit appartenir à l'utilisateur de déploiement, en mode 0700, sur le système de fichiers de PROD.`,
  "side-missing": (d) =>
    `${path(d)} n'existe pas${where(d)}. Vérifiez \`root\` dans la configuration, ou créez-le.`,
  "sides-overlap": (d) =>
    `PREPROD et PROD se chevauchent${said(d)} : une racine est à l'intérieur de l'autre. Donnez un répertoire à chacun.`,
  "hosts-overlap": (d) =>
    `${detail(d, "host", "Un hôte")} et ${detail(d, "other", "un autre")} mènent au même répertoire : ${detail(d, "root", "la racine de PROD")} y est la même. N'en nommez qu'un sous \`prod.hosts\`.`,
  "not-answered": () => "La question est restée sans réponse : rien n'a été fait. Relancez la commande.",
  "sides-needed": (d) =>
    `Sans terminal où demander, \`init\` a besoin de ${listOf(d, "missing").join(" et ") || "--preprod et --prod"} : DIR, ou HOST:DIR pour un répertoire d'une autre machine.`,
  "side-not-understood": (d) =>
    `${detail(d, "option", "Un répertoire")} n'est pas compris${said(d)}. Écrivez DIR, HOST:DIR ou user@host:port:DIR ; le répertoire doit être propre à l'application.`,
  "sides-unrelated": (d) =>
    `PREPROD et PROD n'ont rien en commun : aucune règle de chemin ne peut en être déduite. PREPROD contient ${listOf(d, "preprod").join(", ") || "rien à promouvoir"} ; PROD contient ${listOf(d, "prod").join(", ") || "rien"}. Vérifiez les deux répertoires, ou dites ce qui va où avec --path FROM:TO, comme --path src/:app/.`,
  "scan-failed": (d) =>
    `${path(d)}${where(d)} n'a pas pu être lu${said(d)}. Donnez le droit de lecture à l'utilisateur de déploiement, ou écartez-le avec \`ignore\`.`,
  "scan-moved": (d) =>
    `${path(d)} a changé${where(d)} pendant la lecture. Réessayez quand plus rien n'y écrit.`,
  "path-conflict": (d) =>
    `Deux éléments veulent être ${path(d)} dans PROD${said(d)}. Changez les règles de chemins pour que chacun ait sa place.`,
  "disk-full": (d) => {
    const needed = numberOf(d, ["needed", "neededBytes", "bytes"]);
    const free = numberOf(d, ["free", "freeBytes", "available"]);
    const sizes =
      needed === undefined || free === undefined
        ? said(d)
        : ` : il faut ${measures.bytes(needed)}, il reste ${measures.bytes(free)}`;
    return `Il n'y a pas assez de place${where(d)}${sizes}. Libérez-en, ou gardez moins de points de restauration.`;
  },
  "stage-mismatch": (d) =>
    `Ce qui a été préparé pour ${path(d)} n'est pas ce que dit le plan${said(d)}. PROD n'a pas été touché. Faites un nouveau plan.`,
  "backup-invalid": (d) =>
    `La sauvegarde ${detail(d, ["archive", "restorePoint", "id", "path"], "qui vient d'être faite")} n'a pas passé sa vérification${said(d)}. PROD n'a pas été touché. Vérifiez le disque${where(d)}, puis réessayez.`,
  "data-dir-in-use": (d) =>
    `Un autre bot${holding(d)} utilise déjà le répertoire de données ${path(d)}. Arrêtez-le d'abord, ou changez PASSERELLE_DATA_DIR.`,
  "database-unusable": (d) =>
    `La base de données ${detail(d, "where")} n'est pas utilisable (${detail(d, ["said", "reason", "message"], "aucun détail")}). ${databaseRemedies[detail(d, "reason")] ?? "Vérifiez qu'elle est démarrée ; les promotions continuent sur les machines pendant ce temps."}`,
  "port-in-use": (d) =>
    `Le port ${detail(d, "port", "de la configuration")} ne peut pas être ouvert${said(d)}. Arrêtez ce qui l'utilise, ou donnez-en un autre à PORT.`,
  "slack-refused": (d) => slackRefused(d),
  "slack-unreachable": (d) =>
    `Slack est injoignable${said(d)}. Le bot continue d'essayer ; \`passerelle status\` et \`passerelle rollback\` fonctionnent dans un terminal pendant ce temps.`,
  stopped: (d) => `Elle a été arrêtée par ${detail(d, "by", "quelqu'un")}.`,
  stale: () => "PREPROD ou PROD a changé après la création du plan. Faites un nouveau plan.",
  unhealthy: (d) =>
    `PROD ne répondait pas correctement${said(d)}. Regardez les lignes du journal, corrigez PREPROD, puis faites un nouveau plan.`,
  locked: (d) =>
    `L'application a été verrouillée par ${detail(d, "by", "quelqu'un")} après l'approbation${said(d)}. Déverrouillez-la, puis faites un nouveau plan.`,
  "approval-void": () =>
    "Une approbation ne compte plus : la personne n'est plus parmi les approbateurs. Faites un nouveau plan et faites-le approuver.",
  "membership-unknown": () =>
    "Slack n'a pas dit qui peut approuver maintenant, donc rien n'a été écrit. Faites un nouveau plan quand Slack répondra.",
  "step-crashed": (d) =>
    `L'étape a été interrompue ${numberOf(d, "attempts") ?? 0} fois et n'est plus retentée. Cherchez ce qui tue le bot à ce moment ; son journal dit quand il a démarré.`,
  "engine-failed": () =>
    "Le moteur qui porte les promotions a perdu celle-ci. Il faut regarder dans quel état est PROD ; le journal dit jusqu'où elle est allée.",
  "swap-failed": (d) =>
    `La bascule n'a pas abouti${said(d)}. Chaque chemin de PROD est comme avant. Regardez le journal, puis faites un nouveau plan.`,
  "swap-mixed": (d) =>
    `La bascule s'est arrêtée à mi-chemin${said(d)} : ${path(d)} n'est ni comme avant ni comme prévu. Les commandes ci-dessous la terminent ou la défont.`,
  "undo-damaged": (d) =>
    `Ce qui était gardé de l'ancien PROD n'est plus ce qu'il était : ${path(d)}. L'archive de sauvegarde de cette promotion, elle, est intacte ; les commandes ci-dessous la restaurent.`,
  "restart-failed": (d) =>
    `Le redémarrage a échoué${said(d)}.${because(restartFailures, d)} Ses dernières lignes sont dans le journal.`,
  "hook-failed": (d) =>
    `La commande annexe ${detail(d, "what", "de la configuration")} ${howItEnded(d)}${said(d)}. Corrigez ce qui lui manque dans PREPROD, ou la commande elle-même, puis faites un nouveau plan.`,
  "rehearsal-failed": (d) =>
    `La nouvelle version n'a pas réussi sa répétition à côté de PROD${said(d)}. PROD n'a pas été touché. Corrigez PREPROD, puis faites un nouveau plan.`,
  "rehearsal-port-taken": (d) =>
    `Autre chose répond à ${detail(d, "url", "l'adresse de la répétition")}${where(d)}${said(d)} : une répétition n'y prouverait rien. PROD n'a pas été touché. Arrêtez-le, ou donnez un autre port à \`rehearse\`.`,
  "restore-unavailable": (d) =>
    `Il manque au point de restauration le contenu de ${path(d)}. PROD n'a pas été touché. Choisissez-en un autre ; \`passerelle verify\` les contrôle tous.`,
  internal: () =>
    "Une erreur dans le bot, pas de votre fait. Son journal a les détails sous l'identifiant de cette promotion.",
  unknown: (d) =>
    `Échec pour une raison qui n'a pas encore de phrase : ${detail(d, ["reason", "message", "error"], "aucun détail")}. Regardez le journal.`,
};

function howItEnded(details: Details): string {
  const code = numberOf(details, "exitCode");
  if (code !== undefined) return `s'est terminée avec le code ${code}`;
  return numberOf(details, "seconds") === undefined
    ? "a été tuée"
    : `ne s'est pas terminée dans le délai de ${limit(details)}`;
}

function busybox(details: Details): string {
  return detail(details, "busybox") === "" ? "" : " Celui de BusyBox ne suffit pas.";
}

function installing(details: Details): string {
  const command = detail(details, "remedy");
  return command === "" ? "" : ` avec \`${command}\``;
}

function fingerprint(details: Details): string {
  const shown = detail(details, ["fingerprint", "offered"]);
  return shown === "" ? "" : ` (${shown})`;
}

function bothFingerprints(details: Details): string {
  const shown = detail(details, "fingerprint");
  const recorded = detail(details, "expected");
  if (shown === "" || recorded === "") return fingerprint(details);
  const file = detail(details, "file");
  return ` (elle présente ${shown} ; l'empreinte enregistrée est ${recorded}${file === "" ? "" : ` dans ${file}`})`;
}

function user(details: Details): string {
  const name = detail(details, "user");
  return name === "" ? "" : ` de ${name}`;
}

function slackRefused(details: Details): string {
  const token = detail(details, ["token", "variable"], "un jeton");
  const reason = detail(details, ["reason", "error"], "refused");
  switch (reason) {
    case "missing_scope":
      return `Slack a refusé ${token} : il manque le droit ${detail(details, ["needed", "scope"], "nécessaire")}. Ajoutez-le dans OAuth & Permissions (manifest.yml les contient tous), puis réinstallez l'application.`;
    case "not_allowed_token_type":
      return `Slack a refusé ${token} : c'est un jeton d'une autre sorte. SLACK_BOT_TOKEN commence par xoxb-, SLACK_APP_TOKEN par xapp-.`;
    default:
      return token === "SLACK_APP_TOKEN"
        ? `Slack a refusé SLACK_APP_TOKEN (${reason}). Créez un jeton d'application avec le droit connections:write dans Basic Information > App-Level Tokens, et mettez-le dans .env.`
        : `Slack a refusé ${token} (${reason}). Copiez le Bot User OAuth Token depuis OAuth & Permissions, et mettez-le dans .env.`;
  }
}

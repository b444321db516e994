// Ce que `passerelle doctor` a trouvé sur les machines, en PREPROD et en PROD, en français. Texte simple.

import { because, type Details, detail, listOf, numberOf, said } from "../details.ts";
import type { hostsAndTargets as english } from "../en/doctor-hosts.ts";
import { frenchMeasures as measures } from "../measures.ts";
import { restartFailures } from "./restart-failures.ts";

const { count } = measures;
const n = (d: Details, name: string) => numberOf(d, name) ?? 0;
const host = (d: Details) => detail(d, "host");
const path = (d: Details) => detail(d, "path");
const clock = (d: Details) => {
  const seconds = n(d, "aheadSeconds");
  return `${measures.duration(Math.abs(seconds))} ${seconds < 0 ? "de retard" : "d'avance"}`;
};

const findings: (typeof english)["findings"] = {
  "host-reached": (d) =>
    `${host(d)} répond en tant que ${detail(d, "user")} en ${measures.duration(n(d, "seconds"))}${d["local"] === true ? "" : " ; sa clé est celle qui est enregistrée"} (${detail(d, "system")}).`,
  "host-not-ready": (d) =>
    `Ce qui est sur ${host(d)} n'a pas été examiné : voyez ce qui est dit de cette machine.`,
  "took-too-long": (d) => `Pas de réponse en ${measures.duration(n(d, "seconds"))}.`,
  unexpected: (d) => `L'examen n'a pas pu se faire${said(d)}.`,
  "tools-there": (d) =>
    `Tous les outils nécessaires sont là${detail(d, "optional") === "" ? "" : `, ainsi que ${detail(d, "optional")}`}.`,
  "compression-missing": () =>
    "Il n'y a ni zstd ni gzip : les points de restauration demanderaient `backup.compression: none`.",
  "host-clock": (d) =>
    `Son horloge s'accorde avec celle du bot à ${measures.duration(n(d, "apartSeconds"))} près ; son fuseau horaire ne compte pas.`,
  "host-clock-apart": (d) => `Son horloge a ${clock(d)} sur celle du bot.`,
  "side-readable": (d) => `${detail(d, "side")} ${path(d)} sur ${host(d)} est lisible.`,
  "sides-apart": () => "PREPROD et PROD sont deux répertoires, et aucun n'est dans l'autre.",
  "state-dir-ready": (d) =>
    `${path(d)} sur ${host(d)} est utilisable, sur le système de fichiers de PROD, réservé à l'utilisateur de déploiement.`,
  "state-dir-new": (d) => `${path(d)} sur ${host(d)} sera créé par la première promotion.`,
  "parents-safe": () => "Personne d'autre ne peut écrire dans les répertoires au-dessus de PROD.",
  "parent-open": (d) =>
    `D'autres peuvent écrire dans ${path(d)}, au-dessus de PROD, et mettre une autre PROD à sa place.`,
  "room-enough": (d) =>
    `${measures.bytes(n(d, "free"))} sont libres ; PROD fait ${measures.bytes(n(d, "bytes"))} en ${count(n(d, "files"), "entrée", "entrées")}.`,
  "room-short": (d) =>
    `${measures.bytes(n(d, "free"))} et ${count(n(d, "freeFiles"), "fichier", "fichiers")} sont libres ; promouvoir le tout demanderait ${measures.bytes(n(d, "needed"))} et ${count(n(d, "neededFiles"), "fichier", "fichiers")} pour la sauvegarde, les nouveaux fichiers et de quoi revenir.`,
  renamable: (d) => `${detail(d, "user")} peut renommer dans chaque répertoire de PROD.`,
  "directories-locked": (d) =>
    `${detail(d, "user")} ne peut pas écrire dans ${count(n(d, "count"), "répertoire", "répertoires")} où mènent les règles : ${detail(d, "paths")}.`,
  "caches-locked": (d) =>
    `${detail(d, "user")} ne peut pas écrire dans ${count(n(d, "count"), "répertoire", "répertoires")} de caches ou de fichiers protégés : ${detail(d, "paths")}. Cela ne gêne pas tant qu'un répertoire autour ne doit pas disparaître.`,
  "foreign-files": (d) =>
    `${count(n(d, "count"), "entrée", "entrées")} de PROD sont à d'autres (${detail(d, "owners")}), comme ${detail(d, "paths")}.`,
  "mounts-inside": (d) =>
    `D'autres systèmes de fichiers sont montés dans PROD, ni promus ni sauvegardés : ${detail(d, "paths")}.`,
  "claim-free": () => "Personne ne tient PROD.",
  "claim-held": (d) => `PROD est tenue par ${detail(d, "owner")} (${detail(d, "holder")}), qui est en cours.`,
  "claim-left": (d) =>
    `PROD est tenue par ${detail(d, "owner")} (${detail(d, "holder")}) depuis ${measures.moment(detail(d, "since"))}, et ce bot n'a rien de ce nom en cours.`,
  "claim-unsure": (d) =>
    `PROD est tenue par ${detail(d, "owner")} (${detail(d, "holder")}) depuis ${measures.moment(detail(d, "since"))}.`,
  "jobs-running": (d) =>
    `${count(listOf(d, "jobs").length, "travail tourne", "travaux tournent")} sur ${host(d)} : ${detail(d, "jobs")}.`,
  "staging-left": (d) =>
    `Des promotions terminées ont laissé ${measures.bytes(n(d, "bytes"))} dans ${path(d)} : ${detail(d, "ids")}.`,
  "restore-points-none": () => "Il n'y a pas encore de point de restauration ; chaque promotion en crée un.",
  "restore-points": (d) => {
    const checked = detail(d, "verified");
    const when =
      checked === "" ? "non revérifiés depuis leur création" : `revérifiés ${measures.moment(checked)}`;
    return `${count(n(d, "count"), "point de restauration", "points de restauration")}, le dernier du ${measures.moment(detail(d, "newest"))} ; ${when}.`;
  },
  "restart-ready": (d) => `Ce qu'il faut pour redémarrer est là (${detail(d, "what")}).`,
  "restart-not-ready": (d) => `Le redémarrage échouerait :${because(restartFailures, d)}`,
};

const remedies: (typeof english)["remedies"] = {
  "host-not-ready": () => "réglez d'abord ce qui concerne la machine",
  "claim-unsure": (d) => `regardez avec \`passerelle status ${detail(d, "app")}\``,
  "restart-not-ready": () => "réglez cela sur la machine, ou corrigez `restart` dans la configuration",
  "took-too-long": () => "regardez cette machine, sa charge et ses disques ; puis réessayez",
  unexpected: () => "relancez avec LOG_LEVEL=debug, et signalez-le si cela reste",
  "compression-missing": () => "installez-y gzip ou zstd",
  "host-clock-apart": () => "réglez les horloges, par exemple : sudo timedatectl set-ntp true",
  "parent-open": (d) => `sur ${host(d)} : sudo chmod o-w ${path(d)}`,
  "room-short": () => "libérez de la place, ou gardez moins de points de restauration (`backup.keep`)",
  "directories-locked": (d) =>
    `sur ${host(d)} : sudo chown -R ${detail(d, "user")} ${detail(d, "commandPaths")}`,
  "caches-locked": (d) => `sur ${host(d)} : sudo chown -R ${detail(d, "user")} ${detail(d, "commandPaths")}`,
  "foreign-files": (d) =>
    `faites tourner l'application en tant que ${detail(d, "user")}, ou sur ${host(d)} : sudo chown -R ${detail(d, "user")} ${path(d)}`,
  "mounts-inside": () => "rien, si c'est voulu ; `protect` le dit à tout le monde",
  "claim-left": (d) =>
    `regardez avec \`passerelle status ${detail(d, "app")}\` ; \`passerelle rollback ${detail(d, "app")}\` ramène PROD et la libère`,
  "jobs-running": () => "attendez-les, ou regardez avec `passerelle status`",
  "staging-left": (d) => `sur ${host(d)} : rm -rf ${detail(d, "commandPaths")}`,
};

export const hostsAndTargets: typeof english = { findings, remedies };

// Pourquoi un redémarrage a échoué, ou échouerait, chaque fois avec le remède, en français. Texte simple.

import { type Details, detail, numberOf } from "../details.ts";
import type { restartFailures as english } from "../en/restart-failures.ts";

const file = (d: Details) => detail(d, "file", "le fichier compose");
const unit = (d: Details) => detail(d, "unit", "l'unité");
const what = (d: Details) => {
  const command = detail(d, "what");
  return command === "" ? "La commande de redémarrage" : `La commande ${command}`;
};
const seconds = (d: Details) => numberOf(d, "seconds") ?? 0;

export const restartFailures: typeof english = {
  "compose-file-missing": (d) => `Le fichier compose ${file(d)} est introuvable ; corrigez restart.compose.`,
  "compose-file-invalid": (d) => `docker compose n'accepte pas ${file(d)} ; ce qu'il a dit est ci-dessous.`,
  "compose-missing": () =>
    "Docker est là, mais ni `docker compose` ni `docker-compose` ; installez l'un des deux.",
  "compose-no-container": (d) =>
    `Aucun conteneur de ${file(d)} à redémarrer ; \`docker compose up -d\` y crée ce qu'il faut, ou mettez mode: recreate.`,
  "compose-name-taken": (d) =>
    `Le nom ${detail(d, "container", "de son conteneur")} est celui d'un conteneur que ce fichier compose n'a pas créé ; \`docker rm -f ${detail(d, "container", "de son conteneur")}\` le libère, si personne n'en a besoin.`,
  "compose-image-missing": (d) =>
    `Une image de ${file(d)} n'est pas sur cette machine et n'a pas pu être téléchargée ; \`docker compose pull\` l'y apporte.`,
  "compose-port-taken": (d) =>
    `Un port de ${file(d)} est pris par un autre conteneur ou programme ; ce qui a été dit est ci-dessous.`,
  "compose-container-fails": (d) =>
    `Un conteneur de ${file(d)} ne peut pas démarrer ; ce qui a été dit est ci-dessous.`,
  "docker-missing": () => "Docker n'est pas installé sur cette machine, ou pas dans le PATH du compte.",
  "docker-unreachable": () => "Le démon Docker ne répond pas ; `systemctl start docker` le démarre.",
  "docker-forbidden": () =>
    "Le compte n'a pas le droit de parler au démon Docker ; ajoutez-le au groupe docker puis reconnectez-le.",
  "systemctl-missing": () => "Il n'y a pas de systemctl sur cette machine.",
  "systemd-unreachable": () =>
    "systemd ne répond pas ; pour une unité propre au compte, `loginctl enable-linger` le garde en marche.",
  "unit-missing": (d) =>
    `Il n'y a pas d'unité ${unit(d)} ; corrigez restart.systemd, ou mettez user: true pour une unité propre au compte.`,
  "unit-masked": (d) =>
    `L'unité ${unit(d)} est masquée ; \`systemctl unmask ${unit(d)}\` lui permet de démarrer.`,
  "unit-failed": (d) => `L'unité ${unit(d)} n'est pas restée en marche ; son état est ci-dessous.`,
  "unit-activating": (d) => `L'unité ${unit(d)} démarrait encore au bout de ${seconds(d)} s.`,
  "unit-start-limit": (d) =>
    `L'unité ${unit(d)} a échoué trop souvent et systemd n'essaie plus ; \`systemctl reset-failed ${unit(d)}\` lui permet de réessayer.`,
  "sudo-missing": () => "Il n'y a pas de sudo sur cette machine.",
  "sudo-password": (d) =>
    `sudo demande un mot de passe ; autorisez au compte \`/usr/bin/systemctl restart ${unit(d)}\` dans sudoers avec NOPASSWD.`,
  "sudo-refused": (d) =>
    `sudo n'autorise pas le compte à lancer \`systemctl restart ${unit(d)}\` ; ajoutez cela à sudoers.`,
  "not-permitted": (d) =>
    `Le compte n'a pas le droit de redémarrer ${unit(d)} ; mettez sudo: true, ou user: true pour une unité propre au compte.`,
  "root-missing": (d) => `La racine de PROD ${detail(d, "root")} n'existe pas.`,
  "exit-code": (d) => {
    const code = numberOf(d, "exitCode");
    return code === undefined ? `${what(d)} a échoué.` : `${what(d)} s'est terminée avec le code ${code}.`;
  },
  timeout: (d) => `${what(d)} a dépassé ${seconds(d)} s et a été arrêtée.`,
  died: (d) => `${what(d)} a été tuée, ou la machine s'est arrêtée.`,
};

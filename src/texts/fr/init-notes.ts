// Pourquoi `init` a écrit une ligne dans `passerelle.yml`, en français. Une ligne de texte simple chacune.

import { type Details, detail, listOf, numberOf } from "../details.ts";
import type { InitNotes } from "../en/init-notes.ts";
import { frenchMeasures as measures } from "../measures.ts";

const files = (d: Details): string => measures.count(numberOf(d, "files") ?? 0, "fichier", "fichiers");
const size = (d: Details): string => measures.bytes(numberOf(d, "bytes") ?? 0);
const more = (d: Details): string => {
  const rest = (numberOf(d, "files") ?? 0) - listOf(d, "paths").length;
  return rest > 0 ? ` et ${rest} de plus` : "";
};
const names = (d: Details): string => `${listOf(d, "paths").join(", ")}${more(d)}`;

export const initNotes: InitNotes = {
  evidence: (d) =>
    `${files(d)} à la même place sous les deux : ${numberOf(d, "same")} de même contenu, ${numberOf(d, "alike")} ressemblants`,
  "same-directory": (d) => `des deux côtés ; ${files(d)} en commun, ${numberOf(d, "same")} de même contenu`,
  "same-place": () => "à la même place des deux côtés",
  "same-content": () => "le même contenu sous un autre chemin",
  "alike-content": () => "presque le même contenu sous un autre chemin",
  "whole-root": (d) =>
    `même arborescence des deux côtés : ${measures.count(numberOf(d, "entries") ?? 0, "entrée", "entrées")} de la racine en commun`,
  weak: (d) =>
    `VÉRIFIEZ CETTE LIGNE : peu en commun (${files(d)} de même nom) ; ce sont les deux seuls répertoires de code que rien d'autre n'explique`,
  rival: (d) => `${detail(d, "from")} y ressemble aussi, avec moins en commun (${files(d)})`,
  given: () => "comme demandé",
  "prod-empty": () => "PROD n'en a encore rien : l'arborescence de PREPROD est reprise",
  rewrite: (d) =>
    `PROD a ${measures.count(numberOf(d, "lines") ?? 0, "ligne différente", "lignes différentes")} exprès : refait à chaque promotion`,
  "data-there": (d) => `données que PROD a aussi (${size(d)}) : promues seulement avec --with data`,
  "data-same": () => "données, les mêmes des deux côtés : promues seulement avec --with data",
  "data-large": (d) => `volumineux (${size(d)}) : promu seulement avec --with data`,
  "data-named": (d) =>
    `données que lit ${detail(d, "file")} (${size(d)}) : promues seulement avec --with data`,
  "data-directory": (d) => `données, ${files(d)} : promues seulement avec --with data`,
  "data-unnamed": (d) => `Non promu : ${names(d)}, données absentes de PROD et qu'aucun code promu ne nomme.`,
  "data-state": (d) => `Non promu : ${names(d)} ; ce que l'application écrit en base diffère de chaque côté.`,
  "left-out": (d) =>
    `Non promu, car PROD n'a rien de tel : ${names(d)}. Ajoutez une règle pour ce qui doit y aller.`,
  "compose-differs": (d) =>
    `Non promu : ${names(d)}, présent des deux côtés et différent, comme l'est le fichier compose propre à chacun.`,
  "not-writable": (d) =>
    `Sans règle : ${names(d)}, dont le nom n'est pas en UTF-8, ce qu'une configuration ne peut dire.`,
  "ignore-tests": () => "tests",
  "ignore-documents": () => "documents",
  "ignore-litter": () => "laissé par des outils",
  "protect-env": () => "réglages et secrets propres à chaque côté",
  "protect-secret": () => "un secret",
  "protect-runtime": () => "rempli par l'application en marche",
  "protect-database": () => "une base que PROD écrit",
  "compose-mounted": (d) =>
    `${detail(d, "service")} monte le répertoire de PROD : un redémarrage lance les nouveaux fichiers ; mode: recreate si les montages ou variables changent`,
  "compose-built": (d) =>
    `l'image de ${detail(d, "service")} est construite à partir du répertoire de PROD : il faut la reconstruire`,
  "compose-named": (d) =>
    `VÉRIFIEZ CETTE LIGNE : l'unique service d'un fichier compose au nom de PROD (${detail(d, "service")}) ; rien n'y nomme le répertoire de PROD`,
  "other-compose": (d) => `un autre fichier compose concerne le répertoire de PROD : ${detail(d, "file")}`,
  "no-restart": () =>
    "Aucun fichier compose près de PROD ne concerne son répertoire : rien n'est redémarré. Écrivez restart: { compose: … }, { systemd: … } ou { command: … }.",
  "hint-unit": (d) => `${detail(d, "file")} nomme le répertoire de PROD :`,
  "hint-start": (d) => `démarrage selon ${detail(d, "file")} :`,
  "port-published": (d) => `${detail(d, "service")} publie le port ${detail(d, "port")}`,
  "port-started": (d) => `démarré sur le port ${detail(d, "port")} du réseau de la machine`,
  "port-of-file": (d) => `port ${detail(d, "port")} de ${detail(d, "file")}`,
  "url-tested": () => "la page que demande son propre contrôle de santé",
  "url-guess": (d) => `PROD répond peut-être à ${detail(d, "url")}`,
  "no-port": (d) =>
    `${detail(d, "service")} ne publie aucun port : nommez une page à laquelle PROD répond, ou laissez http de côté`,
  container: () => "container_name du fichier compose",
  "no-container": (d) =>
    `${detail(d, "service")} n'a pas de container_name ; \`docker ps\` montre le nom que docker lui a donné`,
};

// Ce que les vérifications d'un plan ont trouvé et ce qu'il faut faire, en français. `fact` donne un fait déjà sûr à montrer, ou rien.

import type { checks as english } from "../en/checks.ts";
import { frenchMeasures as measures } from "../measures.ts";

type Fact = (name: string) => string;

const { count } = measures;
const inProd = (fact: Fact, name: string) => (fact(name) === "" ? "" : ` ; dans PROD c'est ${fact(name)}`);

const titles: (typeof english)["titles"] = {
  "empty-source": "il manque dans PREPROD l'essentiel de ce que PROD contient",
  rewrite: "une réécriture ne trouve plus rien",
  "source-empty": "rien à cet endroit dans PREPROD",
  "layout-reference": "la structure de PREPROD est écrite dans des fichiers promus",
  imports: "des imports qui ne fonctionneront pas dans PROD",
  dependencies: "des paquets que PROD ne déclare pas",
  "lock-file": "fichier de dépendances et fichier de verrouillage en désaccord",
  deletions: "une grande partie de PROD est supprimée",
  secrets: "des secrets seraient promus",
  "special-files": "des sockets, fifos ou périphériques",
  "preprod-health": "PREPROD n'est pas en bonne santé",
  "disk-space": "la machine de PROD manque de place",
  replaceable: "des fichiers qui ne peuvent pas être remplacés",
  "hosts-differ": "les machines de PROD diffèrent",
};

const remedies: (typeof english)["remedies"] = {
  "empty-source": "Montez ou remplissez ce dossier dans PREPROD, puis faites un nouveau plan.",
  "layout-reference":
    "Écrivez ces chemins relativement au fichier dans PREPROD, puis faites un nouveau plan.",
  imports: "Corrigez les imports dans PREPROD, ou promouvez ce qu'il leur faut, puis faites un nouveau plan.",
  dependencies: "Ajoutez les paquets au fichier de dépendances dans PREPROD, puis faites un nouveau plan.",
  "lock-file": "Refaites le verrouillage dans PREPROD (uv lock, npm install, …), puis un nouveau plan.",
  deletions:
    "Remettez dans PREPROD ce qui manque, ou retirez `delete: true` de la règle, puis faites un nouveau plan.",
  secrets: "Mettez-les dans le .env de PROD, sous `protect`, puis faites un nouveau plan.",
  "special-files": "Sortez-les des chemins promus, puis faites un nouveau plan.",
  "preprod-health": "Remettez PREPROD en bonne santé, puis faites un nouveau plan.",
  "disk-space": "Libérez de la place là-bas, puis faites un nouveau plan.",
  replaceable:
    "Donnez-les à l'utilisateur de déploiement sur la machine de PROD, puis faites un nouveau plan.",
};

const findings: (typeof english)["findings"] = {
  "host-differs": (fact) => `n'est pas le même sur ${fact("onHost")} que sur les autres`,
  "layout-path": (fact) => `nomme ${fact("named")}, que PROD n'aura pas${inProd(fact, "prodPath")}`,
  "layout-root": (fact) => `nomme le dossier ${fact("named")}, propre à PREPROD`,
  "layout-module": (fact) => `nomme le module ${fact("named")}, que seule la structure de PREPROD connaît`,
  "import-layout": (fact) =>
    `importe ${fact("module")}, que seule la structure de PREPROD connaît${inProd(fact, "instead")}`,
  "import-missing": (fact) => `importe ${fact("module")}, que PROD n'aura pas${inProd(fact, "instead")}`,
  "import-name": (fact) =>
    `importe ${fact("name")} depuis ${fact("module")}, mais ${fact("file")} ne le contient pas`,
  "import-file": (fact) => `demande ${fact("module")}, que PROD n'aura pas`,
  "dependency-missing": (fact) =>
    fact("module") === fact("package")
      ? `a besoin de ${fact("package")}, qui manque dans ${fact("file")}`
      : `importe ${fact("module")}, donc a besoin de ${fact("package")}, qui manque dans ${fact("file")}`,
  "dependency-file-broken": () => "illisible : il y a une erreur de syntaxe à cet endroit",
  "lock-missing": (fact) => `${fact("package")} est dans ${fact("file")}, mais pas dans ${fact("lock")}`,
  "lock-left": (fact) => `${fact("package")} est encore dans ${fact("lock")}, mais plus dans ${fact("file")}`,
  "lock-differing": (fact) =>
    `${fact("package")} n'a pas dans ${fact("lock")} la version que veut ${fact("file")}`,
  secret: (fact) => `contient ce qui ressemble à un secret (${fact("kind")})`,
  "empty-source": (fact) =>
    `${fact("from")} a ${fact("preprod")} fichiers dans PREPROD là où ${fact("to")} en a ${fact("prod")} dans PROD`,
  obstacle: (fact) => `ne peut pas être remplacé : ${fact("reason")}`,
  "disk-space": (fact) =>
    `il faut préparer ${fact("bytesNeeded")} octets et ${fact("inodesNeeded")} fichiers, il en reste ${fact("bytesFree")} et ${fact("inodesFree")}`,
  "preprod-unhealthy": (fact) => `sa propre vérification de santé dit : ${fact("reason")}`,
  "rewrite-lost": (fact) =>
    `plus aucune ligne de PREPROD ne correspond à ${fact("match")} : PROD reçoit ce que PREPROD contient`,
  "own-check-failed": (fact) =>
    `la vérification de l'application a fini avec le code ${fact("code")}${fact("last") === "" ? "" : ` : ${fact("last")}`}`,
  "own-check-late": (fact) => `la vérification de l'application n'a pas fini en ${fact("seconds")} s`,
  "own-check-not-run": (fact) =>
    `la vérification de l'application n'a pas pu être lancée : ${fact("reason")}`,
  "special-file": (fact) => `est un objet spécial (${fact("kind")}) dans ${fact("side")}`,
};

const summaries: (typeof english)["summaries"] = {
  deletions: (fact) =>
    `${fact("removed")} des ${fact("mapped")} fichiers de PROD qui suivent une règle disparaissent :`,
};

export const checks: typeof english = {
  titles,
  remedies,
  findings,
  summaries,
  words: {
    "private key": "clé privée",
    "password in a URL": "mot de passe dans une URL",
    "directory-not-writable": "l'utilisateur de déploiement ne peut pas écrire dans son dossier",
    "directory-not-ours": "son dossier appartient à quelqu'un d'autre",
    owner: "il appartient à quelqu'un d'autre",
    immutable: "il est marqué immuable (chattr -i l'enlève)",
    "mount-point": "quelque chose y est monté",
    "parent-is-a-link": "un dossier au-dessus est un lien",
    character: "périphérique caractère",
    block: "périphérique bloc",
  },
  more: (n) => `… ${count(n, "autre endroit", "autres endroits")}`,
};

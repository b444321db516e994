// Ce qu'un plan dit des groupes au choix, des gros fichiers et de ce que les règles expliquent, en français.

import type { offering as english } from "../en/offering.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count, number } = measures;

function age(seconds: number): string {
  if (seconds < 60) return "tout récent";
  if (seconds < 3600) return `vieux de ${count(Math.floor(seconds / 60), "minute", "minutes")}`;
  if (seconds < 86_400) return `vieux de ${count(Math.floor(seconds / 3600), "heure", "heures")}`;
  return `vieux de ${count(Math.floor(seconds / 86_400), "jour", "jours")}`;
}

export const offering: typeof english = {
  age,
  choose: "Choisissez ce qui part avec :",
  files: (n) => count(n, "fichier", "fichiers"),
  empty: "rien à cet endroit dans PREPROD",
  inProd: {
    same: "PROD l'a déjà",
    other: "PROD en a un autre",
    missing: "pas encore dans PROD",
    unsure: "pas comparé avec PROD",
  },
  behind: (n, of) => `${number(n)} sur ${count(of, "fichier", "fichiers")} pas comme dans PROD`,
  allSame: "PROD a déjà tout",
  unsure: (n) => count(n, "non comparé", "non comparés"),
  notChosen: "Non demandé :",
  askFor: (command) => `${command} l'emporte aussi.`,
  large: "Gros fichier :",
  wasInProd: (size, age) => `celui de PROD fait ${size}, ${age}`,
  covered: (side, parts) => `${side} : ${parts}`,
  accounted: "Chaque chemin est expliqué.",
  mapped: (n) => `${number(n)} selon une règle`,
  unselected: (n) => `${number(n)} d'autres groupes`,
  ignored: (n) => count(n, "ignoré", "ignorés"),
  protected: (n) => count(n, "protégé", "protégés"),
  unexplained: (n) => count(n, "inexpliqué", "inexpliqués"),
  before: "avant",
  after: "après",
  newImage: (size) => `nouvelle, ${size}`,
  changedImage: (before, after) => `avant (${before}) et après (${after})`,
  imageText: (name, when) => `${name}, ${when} la promotion`,
  moreImages: (n) =>
    `${count(n, "autre image n'est pas montrée", "autres images ne sont pas montrées")} : au plus 5, d'au plus 1 Mo chacune.`,
  onlyRequester: (by, command) =>
    `Seul ${by}, à l'origine de ce plan, choisit ce qui part avec. ${command} fait un plan à vous.`,
};

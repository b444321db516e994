// Ce que dit le bouton d'approbation quand il y a plus à reconnaître que le plan lui-même, en français. Texte brut.

import type { approving as english } from "../en/approving.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count } = measures;
const others = (more: number) => (more > 0 ? ` et ${count(more, "autre", "autres")}` : "");

export const approving: typeof english = {
  overwrite: {
    button: "Approuver et écraser",
    title: (n) => `Écraser ${count(n, "fichier modifié", "fichiers modifiés")} dans PROD ?`,
    yes: "Promouvoir et écraser",
  },
  delete: {
    button: "Approuver et supprimer",
    title: (n) => `Supprimer ${count(n, "chemin", "chemins")} de PROD ?`,
    yes: "Promouvoir et supprimer",
  },
  both: {
    button: "Approuver, écraser et supprimer",
    title: (n) => `Écraser ou supprimer ${count(n, "chemin", "chemins")} de PROD ?`,
    yes: "Promouvoir quand même",
  },
  named: {
    overwrite: (n, names, more) =>
      `${n < 2 ? "Modifié" : "Modifiés"} à la main dans PROD, ${n < 2 ? "écrasé" : "écrasés"} : ${names}${others(more)}.`,
    delete: (n, names, more) => `${n < 2 ? "Supprimé" : "Supprimés"} de PROD : ${names}${others(more)}.`,
  },
};

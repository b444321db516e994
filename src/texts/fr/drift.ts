// Ce qui est dit des modifications faites à la main dans PROD, en français. Les valeurs arrivent déjà sûres ; pas de mise en forme ici.

import type { drift as english } from "../en/drift.ts";
import { frenchMeasures as measures } from "../measures.ts";

const { count } = measures;
const changed = (n: number) => count(n, "fichier modifié", "fichiers modifiés");

export const drift: typeof english = {
  overwritten: (n, since) =>
    `${changed(n)} à la main dans PROD depuis la dernière promotion, ${since} ; ce plan l'écrase, le supprime ou l'annule :`,
  kept: (n, since) =>
    `${changed(n)} à la main dans PROD depuis la dernière promotion, ${since} ; ce plan n'y touche pas :`,
  patch: "Patch pour PREPROD",
  patchLabel: "Obtenir le diff qui ramène dans PREPROD ce qui a été modifié à la main dans PROD",
  patchTitle: (app) => `Ce qui a été modifié à la main dans PROD de ${app}, pour PREPROD`,
  patchCut: "# La suite est trop longue pour Slack ; `passerelle diff --drift-patch` la montre.",
  none: (app) => `PROD de ${app} est ce que la dernière promotion y a laissé : rien à ramener.`,
  found: (app, n) => `Quelqu'un a modifié PROD de ${app} à la main : ${count(n, "fichier", "fichiers")}`,
  foundSince: (since) => `Depuis la dernière promotion, ${since} :`,
  foundNext:
    "Ramenez-le dans PREPROD avant la prochaine promotion, qui l'écraserait. Ceci n'est dit qu'une fois.",
  show: "Voir le plan",
  heading: "Modifié à la main dans PROD",
  isOverwritten: "serait écrasé",
  confirm: (n) => `${changed(n)} à la main dans PROD : ce serait écrasé. Tapez OVERWRITE pour continuer : `,
};

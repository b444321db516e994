// Ce que demande et dit `passerelle init`, et les explications dans le fichier qu'il écrit, en français. Texte simple.

import type { init as english } from "../en/init.ts";
import { initNotes } from "./init-notes.ts";

export const init: typeof english = {
  notes: initNotes,
  ask: {
    preprod: "PREPROD, sous la forme DIR ou HOST:DIR (la nouvelle version)",
    prod: "PROD, sous la forme DIR ou HOST:DIR (ce qui tourne)",
    app: "Nom de l'application",
    channel: "Canal Slack où elle peut être promue (C… ; vide : à remplir plus tard)",
    approvers:
      "Qui peut approuver : identifiants de personnes ou de groupes, U… S… (vide : à remplir plus tard)",
    path: (preprod, prod) =>
      `PREPROD et PROD n'ont rien en commun.\n  PREPROD : ${preprod}\n  PROD : ${prod}\nQu'est-ce qui va où, sous la forme FROM:TO (un répertoire finit par /)`,
    again: {
      side: "Ce n'est pas un répertoire : écrivez DIR, HOST:DIR ou user@host:port:DIR.",
      app: "Lettres, chiffres, ., - et _ seulement, une lettre ou un chiffre d'abord.",
      channel:
        "L'identifiant d'un canal commence par C ou G, comme C0123456789 : il est en bas des détails du canal.",
      approvers: "Un identifiant commence par U ou W (personnes) ou S (groupes), comme U0ABC123.",
      path: "Écrivez FROM:TO, tous deux relatifs, avec / à la fin des deux ou d'aucun.",
    },
  },
  reading: (preprod, prod) => `Lecture de ${preprod} et ${prod} …`,
  wrote: (file) => `${file} est écrit.`,
  wroteEnv: (file) => `${file} est écrit : mettez-y les jetons du bot.`,
  keptEnv: (file) => `${file} existe déjà et reste tel quel.`,
  notComplete: (count) =>
    count === 1 ? "Il vous reste une ligne à remplir :" : `Il vous reste ${count} lignes à remplir :`,
  fill: {
    channel: (file, line) => `${file}:${line}  channel : l'identifiant du canal Slack, C…`,
    approvers: (file, line) => `${file}:${line}  approvers : qui peut approuver, U… ou S…`,
  },
  planOf: (app) => `Ce que montre alors \`passerelle diff ${app}\` :`,
  noPlan: (file) => `${file} est écrit, mais aucun plan n'a pu en être fait :`,
  next: "Ensuite :",
  file: {
    head: (preprod, prod) => `Écrit par \`passerelle init\` à partir de ${preprod} et ${prod}.`,
    how: "Chaque commentaire dit pourquoi une ligne est là ; corrigez ce qui est faux. Toutes les clés : docs/configuration.md.",
    fillChannel: "À REMPLIR : l'identifiant du canal Slack, comme C0123456789 (en bas des détails du canal)",
    channel: "où elle peut être promue et est annoncée",
    fillApprovers:
      "À REMPLIR : qui peut approuver, comme [U0ABC123, S0GROUP] (profil > Copier l'identifiant)",
    paths:
      "La première règle qui correspond l'emporte ; ce qu'aucune ne nomme est montré avec chaque plan, et laissé tel quel.",
    keeps:
      "delete: false garde dans PROD ce que PREPROD n'a plus ; écrivez true là où PROD doit le perdre aussi.",
    ignore: "Laissé de côté des deux côtés, en plus de __pycache__/, *.pyc, .git/, .venv/ et node_modules/.",
    protect: "De PROD : jamais écrit ni supprimé, quoi que dise une règle.",
    backup: "L'archive laisse les données de côté ; ce qu'une promotion remplace est gardé malgré tout.",
    start: "durée d'un démarrage, selon son propre contrôle de santé",
    http: "PROD doit répondre ici, demandé depuis sa machine ; `contains: '…'` exige un texte dans la page.",
    logs: "Lignes du journal depuis le redémarrage qui disent que PROD n'est pas en bonne santé.",
    sure: "Deux bons regards de suite ; sans santé avant le délai, PROD redevient ce qu'il était.",
    approval: "Personne ne promeut seul : by-requester: true laisserait aussi approuver qui demande.",
  },
};

# The bot as an image: no compiler, no shell tools of the build, no root.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
# `transport: openssh` and ~/.ssh/config need the ssh programme; everything else is in the image already.
RUN apt-get update && apt-get install -y --no-install-recommends openssh-client && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/passerelle
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY bin ./bin
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production PASSERELLE_CONFIG=/config/passerelle.yml PASSERELLE_DATA_DIR=/data PORT=3000
VOLUME /data
USER node
HEALTHCHECK --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/passerelle.js"]
CMD ["serve"]

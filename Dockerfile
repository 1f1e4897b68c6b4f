# Build: docker build -t behalf .
#        To give it to others, with what it is made of attested by the builder, on a base that cannot change:
#        docker buildx build --provenance=mode=max --sbom=true --build-arg REVISION="$(git rev-parse HEAD)" \
#          --build-arg NODE_IMAGE="node:24-bookworm-slim@sha256:<digest>" -t behalf .
# Run:   see compose.yaml, or
#        docker run --env-file .env -e NODE_ENV=production -p 3000:3000 \
#          -v ./config:/config:ro -v behalf-data:/data behalf
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY adapters ./adapters
COPY scripts ./scripts
RUN npm run build && npm run -s sbom > sbom.json && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG REVISION=unknown
# https://specs.opencontainers.org/image-spec/annotations/
LABEL org.opencontainers.image.title="Behalf" \
      org.opencontainers.image.description="A self-hosted chat bot that acts in other apps as the person who asked" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
# The service needs node alone: what is not there cannot be used against it.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && mkdir -p /config /data && chown node:node /data
ENV NODE_ENV=production PORT=3000 CONFIG_DIR=/config DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/sbom.json ./sbom.json
COPY package.json LICENSE ./
COPY connectors ./connectors
COPY appPackage ./appPackage
COPY scripts/healthcheck.mjs ./scripts/healthcheck.mjs
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]
# Large pages for Node's own code, where the system has them: less time is spent on finding it. A command leaves little behind:
# with room for young objects they are collected less often.
ENTRYPOINT ["node", "--use-largepages=silent", "--min-semi-space-size=8", "--max-semi-space-size=64", "dist/src/main.js"]
CMD ["start"]

# Serves a model or an index that is mounted at /model, without libtorch. Not built by our tests: there is no Docker where they run;
# they do by hand what stands here (test/docker.test.ts).
#
#   docker build -t selfsame .
#   openssl rand -hex 32 > token
#   docker run -p 8765:8765 -v "$PWD/runs/mine/export:/model:ro" -v "$PWD/token:/token:ro" selfsame
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# onnxruntime-node's script would fetch libraries for GPUs; the one for processors is in its package
ENV ONNXRUNTIME_NODE_INSTALL=skip
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm ci --omit=dev --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /selfsame
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/scripts ./scripts
COPY --from=build /build/dist ./dist
USER node
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8765/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/bin.cjs", "serve", "/model", "--host", "0.0.0.0", "--token-file", "/token", "--log", "json"]

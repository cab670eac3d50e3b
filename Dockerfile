# The image of a release: `ebb` with the embedded cloud, to try it and to run it in pipelines.
#
#   docker run --rm -v "$PWD:/project" ghcr.io/ebbtide/ebbtide status --env prod
#
# It is made of the archives of scripts/package in dist/. There is no compiler in it: it pauses, resumes, ticks and applies saved plans;
# a plan of a project needs the project's program. deploy/Dockerfile builds an image from the sources.
FROM --platform=$BUILDPLATFORM debian:bookworm-slim AS archive
ARG TARGETARCH
COPY dist /dist
RUN case "$TARGETARCH" in \
      amd64) target=x86_64-unknown-linux-gnu ;; \
      arm64) target=aarch64-unknown-linux-gnu ;; \
      *) echo "no release for $TARGETARCH" >&2; exit 1 ;; \
    esac \
    && cd /dist && sha256sum --check ebb-v*-"$target".tar.gz.sha256 \
    && mkdir /ebb && tar -xzf ebb-v*-"$target".tar.gz -C /ebb --strip-components=1

# It has certificates, time zones and a user of its own, and no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=archive /ebb/ebb /usr/local/bin/ebb
COPY --from=archive /ebb/LICENSE-APACHE /ebb/LICENSE-MIT /usr/share/doc/ebb/
WORKDIR /project
ENTRYPOINT ["ebb"]
CMD ["--help"]

# Windlass in an image that holds the program, the shared libraries it names, and nothing else: no
# shell, no package manager, nobody but user 65532.
#
#   make image          or: docker build --build-arg VERSION=0.1.0 --tag windlass:0.1.0 .

FROM debian:bookworm AS build
WORKDIR /source
COPY tools tools
RUN tools/packages.sh build
COPY . .
RUN cmake --preset release && cmake --build --preset release

# The root of the final stage.
RUN set -eu; \
    binary=build/release/cmd/windlass/windlass; \
    mkdir -p /rootfs/etc; \
    install -D "$binary" /rootfs/usr/bin/windlass; \
    strip --strip-debug /rootfs/usr/bin/windlass; \
    ldd "$binary" | awk '/=> \// { print $3 } /^[[:space:]]*\// { print $1 }' \
      | while read -r library; do \
          install -D "$(readlink --canonicalize "$library")" "/rootfs$library"; \
        done; \
    echo 'windlass:x:65532:65532::/:/' >/rootfs/etc/passwd; \
    echo 'windlass:x:65532:' >/rootfs/etc/group; \
    echo 'hosts: files dns' >/rootfs/etc/nsswitch.conf; \
    chroot /rootfs /usr/bin/windlass --version

FROM scratch
ARG VERSION=unknown
LABEL org.opencontainers.image.title="windlass" \
      org.opencontainers.image.description="A rollout controller for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /rootfs /
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/usr/bin/windlass"]

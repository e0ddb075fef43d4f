# phigate as a static binary in an empty image: no shell, no package manager, not root.
# It writes to /var/lib/phigate only: run it with a read-only root and a volume there.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$VERSION" -o /out/phigate ./cmd/phigate \
 && mkdir -p /out/data && chown 65532:65532 /out/data && chmod 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/phigate /phigate
COPY --from=build --chown=65532:65532 /out/data /var/lib/phigate
USER 65532:65532
VOLUME /var/lib/phigate
WORKDIR /var/lib/phigate
EXPOSE 3128 3129
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/phigate", "doctor", "--ready"]
ENTRYPOINT ["/phigate"]
CMD ["serve", "--config", "/etc/phigate/phigate.yaml"]

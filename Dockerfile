# The service in one image: built by the Maven wrapper, trained against real servers, on a Java runtime of its own.
#
#   docker build -t stockroom .
#
# The base images are arguments, so that you name your own or pin digests (docs/operations.md, "Base images"):
#   docker build --build-arg BUILD_IMAGE=eclipse-temurin:25-jdk@sha256:... --build-arg BASE_IMAGE=debian:bookworm-slim@sha256:... .
# Both have glibc: the Java runtime is cut out of the JDK of the first and runs on the second.
ARG BUILD_IMAGE=eclipse-temurin:25-jdk
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
# Of every file that the AOT cache was trained with: the JVM wants the very same, and Docker takes a layer for the same whose files are
# as they were but for their times.
ENV FILE_TIME=2026-01-01T00:00:00Z
# The wrapper knows the checksum of Maven's zip, and takes another archive where there is no unzip.
RUN apt-get update -q && apt-get install -q -y --no-install-recommends binutils unzip zip && rm -rf /var/lib/apt/lists/*
# PostgreSQL, which the training needs, does not run as root.
RUN useradd --uid 10002 --create-home build && mkdir /build /app && chown build /build /app
# java.desktop is here for java.beans, and java.compiler for one name that a library asks for. What draws, prints or sounds loses its native
# libraries and nested classes: jlink asks for every package, not for all that is in it.
RUN jlink --add-modules java.base,java.compiler,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,jdk.jcmd,jdk.jfr,jdk.management,jdk.management.agent,jdk.net,jdk.unsupported \
      --exclude-files '/java.desktop/**.so' \
      --exclude-resources 'regex:/java.desktop/(javax/swing|javax/imageio|javax/print|javax/sound|sun|com/sun/media|com/sun/imageio|com/sun/java/swing)/.*[$].*' \
      --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-9 --output /opt/runtime \
 && strip --strip-unneeded /opt/runtime/lib/server/libjvm.so /opt/runtime/lib/*.so \
 && find /opt/runtime -exec touch -d "$FILE_TIME" {} +
USER build
WORKDIR /build
# What changes rarely comes first: Docker keeps the dependencies until the pom changes.
COPY --chown=build .mvn .mvn
COPY --chown=build mvnw pom.xml ./
RUN ./mvnw -q -B dependency:resolve dependency:resolve-plugins
COPY --chown=build migrations migrations
COPY --chown=build src/main src/main
# The tests have their own place, CI. Nobody speaks HTTP/3 here, whose libraries for five platforms are 12 MB. Spring reads class files by
# what its jar has for Java 24 and later, where a cache takes no class from; what it has for all versions does the same, out of the cache.
RUN ./mvnw -q -B package -Dmaven.test.skip=true -Dcodegen.skip=true -Dspring-javaformat.skip=true \
 && ./mvnw -q -B dependency:build-classpath -Dmdep.outputFile=target/classpath \
 && java -Djarmode=tools -jar target/stockroom-*.jar extract --destination target/extracted \
 && rm target/extracted/lib/netty-codec-native-quic-* \
 && zip -q -d target/extracted/lib/spring-core-*.jar 'META-INF/versions/24/*' \
 && cp -r target/extracted/. /app/ && mv /app/stockroom-*.jar /app/stockroom.jar
COPY --chown=build .ci/image .ci/image
WORKDIR /app
# What is set where the service runs is set where it is trained, so that all that it loads is in the cache.
ENV SERVER_ADDRESS=0.0.0.0 MANAGEMENT_SERVER_PORT=8081 LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs
RUN cp /build/.ci/image/java.options /app/java.options && find /app -exec touch -d "$FILE_TIME" {} + \
 && java -cp "/build/target/classes:$(cat /build/target/classpath)" /build/.ci/image/Train.java \
      /opt/runtime/bin/java @/app/java.options -XX:AOTCacheOutput=/app/stockroom.aot \
      -Dstockroom.security.secret=only-for-the-training-of-the-image -jar stockroom.jar

FROM ${BASE_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Stockroom" \
      org.opencontainers.image.description="A live, multi-tenant stock ledger" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/runtime /opt/runtime
# The libraries are a layer of their own: a new version of the service is a few megabytes.
COPY --from=build /app/lib /app/lib
COPY --from=build /app/java.options /app/stockroom.jar /app/stockroom.aot /app/
USER 10001:10001
WORKDIR /app
# Ends the build if the cache does not fit: the service would start without it, and take three times as long.
RUN ["/opt/runtime/bin/java", "@/app/java.options", "-XX:AOTCache=/app/stockroom.aot", "-XX:AOTMode=on", "-cp", "stockroom.jar", "-version"]
EXPOSE 8080 8081
# Two arenas: each of glibc's keeps what it once had.
ENV SERVER_ADDRESS=0.0.0.0 MANAGEMENT_SERVER_PORT=8081 LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs MALLOC_ARENA_MAX=2
# Kubernetes asks for itself; this is for Docker.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["/opt/runtime/bin/java", "@/app/java.options", "-XX:AOTCache=/app/stockroom.aot", "-jar", "stockroom.jar"]

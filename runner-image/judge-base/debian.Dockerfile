# As Dockerfile, for a machine without an image registry. BASE holds Debian's python3.11 and redis-tools;
# `opt` in the build's context has the rest.
ARG BASE
FROM ${BASE}
COPY opt /opt/
RUN ["python3.11", "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/opt/redis/python"]

# The web page is served as it lies in web/static, so the image needs neither Node nor a compiler.

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mailtrap_local mailtrap_local
COPY web/static web/static
RUN python -m venv /opt/mailtrap-local
RUN /opt/mailtrap-local/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
COPY --from=build /opt/mailtrap-local /opt/mailtrap-local
RUN useradd --system --uid 10001 --no-create-home mailtrap \
    && mkdir -p /data \
    && chown 10001 /data
ENV PATH=/opt/mailtrap-local/bin:/usr/local/bin:/usr/bin:/bin \
    MAILTRAP_LOCAL_HOST=0.0.0.0,:: \
    MAILTRAP_LOCAL_ALLOW_ANONYMOUS=1
# Publish these on 127.0.0.1 only: whoever reaches them reads all mail. A volume on /data keeps a database.
EXPOSE 1025 1465 8025
WORKDIR /data
USER 10001
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s \
    CMD ["python", "-m", "mailtrap_local.health"]
ENTRYPOINT ["mailtrap-local"]

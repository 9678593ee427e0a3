#!/bin/bash
# Runs once, in a new PostgreSQL: the owner of the tables and the role of the service, which owns nothing and cannot bypass a policy.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres \
  -v owner="$(cat /run/secrets/owner/spring.flyway.password)" \
  -v service="$(cat /run/secrets/service/spring.r2dbc.password)" << 'SQL'
create role stockroom_owner login nosuperuser nobypassrls nocreatedb nocreaterole password :'owner';
create role stockroom_app login nosuperuser nobypassrls nocreatedb nocreaterole noinherit password :'service';
create database stockroom owner stockroom_owner;
revoke all on database stockroom from public;
grant connect on database stockroom to stockroom_app;
SQL

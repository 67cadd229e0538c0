-- The role of the public site: it reads the publication store, files reports, and has no other right.
-- Run once by an administrator, after the product's first start has made the schema:
--
--     psql "$DATABASE_URL" -v password="'a long password'" -f deploy/public-role.sql
--
-- and give the public site's process alone
--     PUBLIC_DATABASE_URL=postgresql://yiping_public:…@host/database   (and no DATABASE_URL)
\set ON_ERROR_STOP on

SELECT 'CREATE ROLE yiping_public LOGIN' WHERE NOT EXISTS
  (SELECT FROM pg_roles WHERE rolname = 'yiping_public') \gexec
ALTER ROLE yiping_public PASSWORD :password CONNECTION LIMIT 32 NOSUPERUSER NOCREATEDB NOCREATEROLE;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM yiping_public;
REVOKE ALL ON SCHEMA public FROM yiping_public;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA yiping_public TO yiping_public;
GRANT SELECT ON ALL TABLES IN SCHEMA yiping_public TO yiping_public;
REVOKE SELECT ON yiping_public.public_reports FROM yiping_public;
GRANT INSERT (at, figure, text) ON yiping_public.public_reports TO yiping_public;
GRANT USAGE ON SEQUENCE yiping_public.public_reports_id_seq TO yiping_public;

-- Run once by the image of PostgreSQL, as its superuser, on an empty volume. The passwords come from the environment.
\getenv owner_password OWNER_PASSWORD
\getenv api_password API_PASSWORD

CREATE ROLE therapy_app NOLOGIN;
CREATE ROLE therapy_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE therapy_api LOGIN PASSWORD :'api_password' IN ROLE therapy_app;
CREATE DATABASE therapy OWNER therapy_owner;

-- Loadings of settings recorded in [:since, :until), within :size entries.
SELECT count(*) FROM config_loaded WHERE idx < :size AND recorded >= :since AND recorded < :until;

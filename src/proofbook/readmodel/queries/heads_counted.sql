-- heads_counted
-- Records of each kind.
SELECT kind, count(*) FROM document_head GROUP BY kind;

-- drop_references
-- What an older version of a record pointed to counts no more.
DELETE FROM document_reference WHERE from_kind = ?1 AND from_id = ?2 AND idx < ?3;

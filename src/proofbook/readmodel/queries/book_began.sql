-- When the first entry of the book was recorded.
SELECT min(first_recorded) FROM source;

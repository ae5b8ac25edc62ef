SELECT schema, origin, next_index, last_leaf FROM position
WHERE one = 1;

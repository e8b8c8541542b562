"""Finding by meaning: sentence embeddings of entries and questions, without torch (extra ``livedocs[semantic]``)."""

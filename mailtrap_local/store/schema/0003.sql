-- Up to and with this seq the tables texts_N know the trigrams of the table body (store/textindex.py).
INSERT INTO meta VALUES ('indexed', 0);

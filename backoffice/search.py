"""One search over company, name, e-mail, phone, message and campaign."""

import re
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, TrigramSimilarity
from django.db import connection, models, transaction

from backoffice.models import SearchDocument, SearchWord
from backoffice.planner import expected_rows

# As ``backoffice_plain`` in the migration: what separates words, and umlauts.
SEPARATORS = re.compile(r"[\s/\\@._\-+&,;:()\[\]{}\"'|*!<>=?%#~^`$]+")
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
PHONE = re.compile(r"[+(]?\d[\d\s/()\-.]{3,}")
MAX_TERMS = 8
SIMILAR_WORDS = 3
LEARNED_AT_ONCE = 5000
FEW, COMMON = 2_000, 50_000  # documents


def matching(text: str, *, contacts: bool) -> models.QuerySet[SearchDocument]:
    """The documents that hold every word of ``text``, by its beginning or its German stem.

    Without ``contacts`` only company, name and campaign are looked at, so that nobody finds out an e-mail address,
    a phone number or a message letter by letter.
    """
    return _documents([[term] for term in _terms(text, contacts=contacts)], contacts=contacts)


def few_keys(documents: models.QuerySet[SearchDocument]) -> list[int] | None:
    """The entries of ``documents``, or None where there are more than FEW.

    The planner cannot tell how rare the beginning of a word is, and so would read all entries in their order to find
    the one that has it. Where words are common, that is the best way indeed.
    """
    if expected_rows(documents) > COMMON:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        keys = list(documents.values_list("pk", flat=True)[: FEW + 1])
        cursor.execute("SET LOCAL enable_seqscan = on")  # where a transaction is around this one
    return keys if len(keys) <= FEW else None


def similar_words(text: str) -> list[list[str]]:
    """For each word of ``text`` itself and the words of our leads that it may be a mistyping of."""
    return [[term, *_similar(term)] for term in _terms(text, contacts=False)]


def matching_similar(words: list[list[str]], *, contacts: bool) -> models.QuerySet[SearchDocument]:
    """The documents that hold one of each group of ``words`` (``similar_words``)."""
    return _documents(words, contacts=contacts)


def learn_words() -> int:
    """Add the words of new and changed entries to those that mistyped ones are compared with; returns how many entries.

    Apart from the triggers, since sign-ups that bring the same new word would wait for each other.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LEARN, [LEARNED_AT_ONCE])
        return int(cursor.fetchone()[0])


# Keys as arrays, so that no estimate of how many there are can lead to reading the tables for each of them.
_LEARN = """
WITH learned AS (
    DELETE FROM backoffice_unlearned_entries WHERE entry_id = ANY(ARRAY(
        SELECT entry_id FROM backoffice_unlearned_entries LIMIT %s FOR UPDATE SKIP LOCKED
    )) RETURNING entry_id
), words AS (
    INSERT INTO backoffice_search_words (word)
    SELECT DISTINCT word FROM backoffice_search_documents,
        LATERAL unnest(tsvector_to_array(ts_filter(document, '{a}'))) AS word
    WHERE entry_id = ANY(ARRAY(SELECT entry_id FROM learned)) AND length(word) > 3 ORDER BY word
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM learned
"""


def _terms(text: str, *, contacts: bool) -> list[str]:
    text = text.replace("\0", "").strip()
    if contacts and PHONE.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        return [digits.removeprefix("00")]
    return [term for term in SEPARATORS.split(text.lower()) if term][:MAX_TERMS]


def _documents(groups: list[list[str]], *, contacts: bool) -> models.QuerySet[SearchDocument]:
    weights = "AB" if contacts else "A"
    if not groups:
        return SearchDocument.objects.none()
    query = reduce(and_, (reduce(or_, (_query(term, weights) for term in group)) for group in groups))
    return SearchDocument.objects.filter(document=query)


def _query(term: str, weights: str) -> SearchQueryCombinable:
    beginning = "*" if len(term) > 1 else ""  # half of all words begin with one of a few letters
    plain = SearchQuery(f"'{term.translate(PLAIN)}':{beginning}{weights}", config="simple", search_type="raw")
    stem = SearchQuery(f"'{term}':{weights}", config="german", search_type="raw")
    return plain | stem


def _similar(term: str) -> list[str]:
    words = SearchWord.objects.filter(word__trigram_similar=term.translate(PLAIN))
    nearest = words.order_by(TrigramSimilarity("word", term.translate(PLAIN)).desc(), "word")
    return list(nearest.values_list("word", flat=True)[:SIMILAR_WORDS])
